"""Edits of project data, and taking them back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from synterm.errors import InputError, SyntermError

_MOST = 200
"""How many edits can be taken back."""


class Moved(dict[int, int]):
    """New row numbers by the old ones, which others have by now."""


def _nothing(moved: Mapping[int, int]) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that was done to the project, and how to undo it. Both are on disk when they return."""

    label: str
    """What was done, as a toast says it: ``3 cases accepted``."""
    apply: Callable[[], Awaitable[object]]
    revert: Callable[[], Awaitable[object]]
    """Like `apply`, may give `Moved`."""
    touched: tuple[str, ...] = ()
    """Cases, by id, that say something else by it or are judged otherwise: what was found about them does not hold."""
    renumber: Callable[[Mapping[int, int]], None] = _nothing
    """Takes in that row numbers which it knows are others now."""


class EditLog:
    """The edits of one sitting, one made or taken back at a time. One that fails is not in it; errors go to the caller.

    What can't be taken back, also when it is tried once more, is left as it is: it is not to stand before the others.
    """

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []
        self._failed: Edit | None = None
        self._lock = asyncio.Lock()

    async def do(self, edit: Edit) -> None:
        """Make an edit, and remember it."""
        async with self._lock:
            await edit.apply()
            self._done.append(edit)
            del self._done[:-_MOST]
            self._undone.clear()
            self._failed = None

    async def undo(self) -> Edit | None:
        """Take the last edit back, and give it; None when there is none."""
        async with self._lock:
            if not self._done:
                return None
            await self._try(self._done, self._done[-1].revert, "undone")
            self._undone.append(self._done.pop())
            return self._undone[-1]

    async def redo(self) -> Edit | None:
        """Make again what was taken back last, and give it; None when there is nothing."""
        async with self._lock:
            if not self._undone:
                return None
            await self._try(self._undone, self._undone[-1].apply, "done again")
            self._done.append(self._undone.pop())
            return self._done[-1]

    async def _try(self, edits: list[Edit], step: Callable[[], Awaitable[object]], what: str) -> None:
        """Do a step of the last of some edits. Where it fails for the second time, they are without it."""
        edit, last = edits[-1], self._failed
        self._failed = edit
        try:
            found = await step()
        except SyntermError as error:
            if edit is last:
                edits.pop()
            next_time = "it is left as it is, and the next time the one before it comes" if edit is last else error.hint
            raise InputError(f"not {what}: {edit.label}: {error}", hint=next_time or "try once more") from error
        self._failed = None
        if isinstance(found, Moved) and found:
            for edit in edits:
                edit.renumber(found)
