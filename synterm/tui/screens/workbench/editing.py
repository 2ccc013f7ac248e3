"""What all edits of project data have in common: they are told of, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from synterm.errors import SyntermError
from synterm.providers.registry import Providers
from synterm.settings import Settings
from synterm.storage.project import Project
from synterm.storage.taken import Taken
from synterm.text import one_line, printable
from synterm.tui.edits import Edit, EditLog
from synterm.tui.screens.forms import Field, FormScreen, Probe, Save
from synterm.tui.screens.workbench.watching import WatchingScreen

Step = Callable[[], Awaitable[object]]
"""Does something to the project file, and is over when that is on disk."""


class EditingScreen(WatchingScreen):
    """A screen with a log of edits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Undo", id="project.undo", show=False, tooltip="Take back the last edit of cases or tree"),
        Binding("U", "redo", "Redo", id="project.redo", show=False, tooltip="Make again what was taken back last"),
    ]

    def __init__(self, project: Project, providers: Providers, settings: Settings) -> None:
        super().__init__(project, providers, settings)
        self.edits: EditLog = self.session.edits

    def may_edit(self) -> bool:
        """Whether the project can be written; says so where it can't."""
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    async def ask_form(
        self, title: str, fields: Sequence[Field], save: Save, note: str = "", probe: Probe | None = None
    ) -> bool:
        """Show a form; gives whether it was saved."""
        return await self.app.push_screen_wait(FormScreen(title, fields, save, note, probe))

    async def make_edit(self, label: str, apply: Step, revert: Step) -> None:
        """Make an edit, and say so. Raises SyntermError where it can't be made."""
        label = one_line(label, 80)
        await self.edits.do(Edit(label, apply, revert))
        self.notify(f"{label}; u takes it back", markup=False)

    async def try_edit(self, label: str, apply: Step, revert: Step) -> bool:
        """Make an edit without a form, and show the project after it; what is wrong is told in a toast."""
        try:
            await self.make_edit(label, apply, revert)
        except SyntermError as error:
            self.notify(printable(f"{error} {error.hint or ''}"), severity="error", markup=False)
            return False
        self.project_edited()
        return True

    async def action_undo(self) -> None:
        """Take back the last edit of cases or of the tree."""
        await self._step_back(self.edits.undo(), "undone", "nothing to undo")

    async def action_redo(self) -> None:
        """Make the edit again that was taken back last."""
        await self._step_back(self.edits.redo(), "done again", "nothing to do again")

    async def _step_back(self, step: Awaitable[Edit | None], done: str, nothing: str) -> None:
        try:
            edit = await step
        except SyntermError as error:
            self.notify(printable(f"{error}\n{error.hint or ''}".strip()), severity="error", markup=False)
            return
        self.notify(f"{done}: {printable(edit.label)}" if edit else nothing, markup=False)
        if edit:
            self.project_edited(edit.touched)


def written(submit: Callable[[], Future[Any]]) -> Step:
    """What `submit` gives to the writer, as a step."""
    return lambda: asyncio.wrap_future(submit())


def removal(take: Callable[[], Future[Taken]], put_back: Callable[[Taken], Future[None]]) -> tuple[Step, Step]:
    """Taking something out of the file, and putting exactly that back."""
    taken: list[Taken] = []

    async def apply() -> None:
        taken[:] = [await asyncio.wrap_future(take())]

    return apply, written(lambda: put_back(taken[0]))
