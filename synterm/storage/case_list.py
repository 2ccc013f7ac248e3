"""A list of cases that stays in the file."""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, overload

from synterm.core.case import Case
from synterm.core.share import Whole

_PAGE = 500


class CaseList(Sequence[Case]):
    """Cases by their row numbers, 8 bytes each; they are read when they are asked for, page by page.

    One that is removed meanwhile is left out; asking for just that one raises LookupError.
    """

    def __init__(
        self, rows: Iterable[tuple[Any, ...]], page: Callable[[Sequence[int]], list[Case]], whole: Whole | None = None
    ) -> None:
        self._keys = array("q")
        counts: Counter[str] = Counter()
        for key, scenario_id in rows:
            self._keys.append(key)
            counts[scenario_id] += 1
        self.scenario_counts: dict[str, int] = dict(counts)
        """How many of them each scenario holds, by scenario id."""
        self.whole = whole
        """What it is a share of; None where it is not."""
        self._page = page

    @property
    def digest(self) -> str:
        """What names the list within its file: the SHA-256, in hex, of its row numbers."""
        return hashlib.sha256(self._keys.tobytes()).hexdigest()

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Case]:
        for start in range(0, len(self._keys), _PAGE):
            yield from self._page(self._keys[start : start + _PAGE])

    @overload
    def __getitem__(self, index: int) -> Case: ...

    @overload
    def __getitem__(self, index: slice) -> list[Case]: ...

    def __getitem__(self, index: int | slice) -> Case | list[Case]:
        if isinstance(index, slice):
            return self._page(self._keys[index])
        found = self._page([self._keys[index]])
        if not found:
            raise LookupError("the case was removed")
        return found[0]
