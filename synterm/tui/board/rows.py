"""Cases as a sequence that reads its pages as they are looked at."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import overload

from synterm.core.case import Case
from synterm.errors import SyntermError

GONE = Case(id="gone", scenario_id="", input={"": "– no longer in the project, or not to be read just now –"})
"""Stands in the place of a case that someone else removed, until the rows are found anew. It is never evaluated."""
_AGAIN_S = 1.0
"""So long after a page could not be read it is not tried again: trying may take a while, and rows are drawn often."""
_PAGE = 200
_PAGES = 60

ReadPage = Callable[[Sequence[int]], list[Case]]


class CaseRows(Sequence[Case]):
    """The cases of these row numbers; at most 12 000 are held at a time. `keys`: the row numbers, in order.

    Every case stands at its row number's place, whatever others remove: `GONE` is there for what can't be read.
    """

    def __init__(self, keys: Sequence[int], read: ReadPage) -> None:
        self.keys = keys
        self._read = read
        self._pages: OrderedDict[int, list[Case]] = OrderedDict()
        self._failed_at: float | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> list[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | list[Case]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._page(index // _PAGE)[index % _PAGE]

    def __iter__(self) -> Iterator[Case]:
        for position in range(len(self)):
            yield self[position]

    def find(self, key: int | None) -> int | None:
        """Where the case of a row number stands; None where it does not."""
        if key is None:
            return None
        try:
            return self.keys.index(key)
        except ValueError:
            return None

    def name(self, index: int) -> str:
        """What the screens call the case: ``c17``."""
        return f"c{self.keys[index]}"

    def _page(self, number: int) -> list[Case]:
        page = self._pages.get(number)
        if page is None:
            keys = self.keys[number * _PAGE : (number + 1) * _PAGE]
            if self._failed_at is not None and time.monotonic() - self._failed_at < _AGAIN_S:
                return [GONE] * len(keys)
            try:
                page = self._pages[number] = self._whole(keys)
            except SyntermError:
                # Drawing must go on. Whoever looks for changes in the file tells of the error.
                self._failed_at = time.monotonic()
                return [GONE] * len(keys)
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return page

    def _whole(self, keys: Sequence[int]) -> list[Case]:
        found = self._read(keys)
        if len(found) == len(keys):
            return found
        return [next(iter(self._read([key])), GONE) for key in keys]
