"""Calls as a sequence that reads its pages as they are looked at."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import overload

from synterm.core.traffic import LoggedCall, TrafficState
from synterm.errors import SyntermError

GONE = LoggedCall(id="", served="", input={"": "– no longer in the project, or not to be read just now –"}, output="")
"""Stands in the place of a call that someone else removed."""
_AGAIN_S = 1.0
"""So long after a page could not be read it is not tried again: rows are drawn often."""
_PAGE = 200
_PAGES = 30

ReadPage = Callable[[Sequence[int]], list[LoggedCall]]


class CallRows(Sequence[LoggedCall]):
    """The calls of these row numbers; at most 6000 are held at a time. `keys`: the row numbers, in order."""

    def __init__(self, keys: Sequence[int], read: ReadPage, ids: Callable[[Sequence[int]], dict[int, str]]) -> None:
        """`ids` gives which of some row numbers are there, by number."""
        self.keys = keys
        self._read = read
        self._ids = ids
        self._pages: OrderedDict[int, list[LoggedCall]] = OrderedDict()
        self._states: dict[str, TrafficState] = {}
        self._failed_at: float | None = None

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> LoggedCall: ...
    @overload
    def __getitem__(self, index: slice) -> list[LoggedCall]: ...
    def __getitem__(self, index: int | slice) -> LoggedCall | list[LoggedCall]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        call = self._page(index // _PAGE)[index % _PAGE]
        state = self._states.get(call.id)
        return call if state is None else replace(call, state=state)

    def set_state(self, call_ids: Iterable[str], state: TrafficState) -> None:
        """What became of calls since they were read: they stay where they are."""
        self._states.update((name, state) for name in call_ids)

    def _page(self, number: int) -> list[LoggedCall]:
        page = self._pages.get(number)
        if page is None:
            keys = self.keys[number * _PAGE : (number + 1) * _PAGE]
            if self._failed_at is not None and time.monotonic() - self._failed_at < _AGAIN_S:
                return [GONE] * len(keys)
            try:
                page = self._pages[number] = self._whole(keys)
            except SyntermError:
                # Drawing must go on. Whoever reads the inbox anew is told of the error.
                self._failed_at = time.monotonic()
                return [GONE] * len(keys)
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        self._pages.move_to_end(number)
        return page

    def _whole(self, keys: Sequence[int]) -> list[LoggedCall]:
        calls = self._read(keys)
        if len(calls) == len(keys):
            return calls
        names, found = self._ids(keys), {call.id: call for call in calls}
        return [found.get(names.get(key, ""), GONE) for key in keys]
