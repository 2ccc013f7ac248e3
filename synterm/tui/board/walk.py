"""Going through rows again and again without reading those again that are done with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from synterm.core.case import Case


class Walk:
    """Rows in order. What is done with, from the first row on, is passed over when they are walked again."""

    def __init__(self, rows: Sequence[Case]) -> None:
        self.rows = rows
        self._done = 0
        """So many rows from the first on are done with."""
        self._given: deque[str] = deque()
        """The cases after them that were given out, in order."""

    def remaining(self) -> Iterator[Case]:
        """The rows that are not known to be done with. A walk that was begun before must not be gone on with."""
        self._given.clear()
        for index in range(self._done, len(self.rows)):
            case = self.rows[index]
            self._given.append(case.id)
            yield case

    def advance(self, is_done: Callable[[str], bool]) -> None:
        """Some case is done with; `is_done` tells of which that holds."""
        while self._given and is_done(self._given[0]):
            self._given.popleft()
            self._done += 1
