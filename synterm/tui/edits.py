"""Edits of project data, and taking them back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

_MOST = 200
"""How many edits can be taken back."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Something that was done to the project, and how to undo it. Both are on disk when they return."""

    label: str
    """What was done, as a toast says it: ``3 cases accepted``."""
    apply: Callable[[], Awaitable[object]]
    revert: Callable[[], Awaitable[object]]
    touched: tuple[str, ...] = ()
    """Cases, by id, that say something else by it or are judged otherwise: what was found about them does not hold."""


class EditLog:
    """The edits of one sitting. An edit that fails is not in it; errors go to the caller."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    async def do(self, edit: Edit) -> None:
        """Make an edit, and remember it."""
        await edit.apply()
        self._done.append(edit)
        del self._done[:-_MOST]
        self._undone.clear()

    async def undo(self) -> Edit | None:
        """Take the last edit back, and give it; None when there is none."""
        if not self._done:
            return None
        await self._done[-1].revert()
        self._undone.append(self._done.pop())
        return self._undone[-1]

    async def redo(self) -> Edit | None:
        """Make again what was taken back last, and give it; None when there is nothing."""
        if not self._undone:
            return None
        await self._undone[-1].apply()
        self._done.append(self._undone.pop())
        return self._done[-1]
