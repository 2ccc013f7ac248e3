"""What the workbench does with the prompt that is open, and the model that answers it."""

from __future__ import annotations

from concurrent.futures import Future
from typing import ClassVar, cast, get_args

from textual import getters, on, work
from textual.binding import Binding, BindingType

from synterm.core.prompt import Prompt, PromptBody, Role
from synterm.errors import SyntermError
from synterm.text import printable
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.versions import VersionsScreen
from synterm.tui.screens.workbench.project_edits import ProjectEditing
from synterm.tui.widgets.prompt.pane import PromptPane


class PromptingScreen(ProjectEditing):
    """Each text that is typed is saved, and evaluated after the debounce."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep version", id="prompt.keep", tooltip="Keep the draft as a version"),
        Binding("m", "next_model", "Next model", id="model.next", tooltip="Turn to the next model"),
    ]
    prompt = getters.query_one(PromptPane)
    before_restore: PromptBody | None = None
    """The draft that a restored version replaced."""

    @on(PromptPane.Typed)
    def _typed(self, event: PromptPane.Typed) -> None:
        if event.pane.hear(event) and (saving := self.session.save(event.body, event.half)):
            saving.add_done_callback(self._draft_saved)

    async def _settle_prompt(self) -> None:
        """Have the session say what the editors say."""
        if edited := await self.prompt.settled():
            self._edited(edited)

    @on(PromptPane.RoleWanted)
    @work(group="dialog")
    async def _role_wanted(self) -> None:
        roles: tuple[Role, ...] = get_args(Role)
        chosen = await self.app.push_screen_wait(ChooseScreen("Add a message", [(role, role) for role in roles]))
        if chosen is not None:
            await self.prompt.add_message(cast(Role, chosen))

    @on(PromptPane.Edited)
    def _edited(self, event: PromptPane.Edited) -> None:
        if not event.pane.hear(event):
            return
        self._stop_live()
        self.note_typing()
        if saving := self.session.edit(event.body, event.half):
            saving.add_done_callback(self._draft_saved)
        self.painter.edited()
        if event.problem:
            self.painter.set_state("blocked", str(event.problem))
        elif self.session.model:
            live = (column.variant.model for column in self.session.board.columns if column.live)
            self.restart(self.live.debounce(live))

    def _draft_saved(self, saving: Future[None]) -> None:
        # Called on the writer's thread; notify may be.
        if error := saving.exception():
            self.notify(printable(f"The draft is not saved: {error}"), severity="error", markup=False)

    async def action_keep(self) -> None:
        """Keep the draft as a version."""
        await self._settle_prompt()
        if kept := self.session.kept_label:
            self.notify(f"nothing changed: this is {kept}", title="Prompt", markup=False)
            return
        try:
            number = await self.session.keep()
        except SyntermError as error:
            self.notify(printable(str(error)), title="Prompt", severity="error", markup=False)
            return
        if number is not None:
            self.notify(f"kept as v{number}", title="Prompt", markup=False)
            self.painter.show_scope()
            self.restart()

    def action_next_model(self) -> None:
        """Turn to the next model of the project."""
        name = self.session.next_model()
        if name is None:
            self.notify("The project has no other model; A adds one.", markup=False)
        else:
            self.use_model(name)

    def use_model(self, name: str) -> None:
        """Turn to a model."""
        self._stop_live()
        self.session.use_model(name)
        self.prompt.know_model(self.session.model, self.session.param_check)
        self.painter.show_scope()
        self._warm()
        self.restart()

    async def open_prompt(self, name: str) -> None:
        """Turn to a prompt."""
        await self._settle_prompt()
        self._stop_live()
        self.before_restore = None
        await self.prompt.show(await self.session.open_prompt(name))
        self.painter.show_scope()
        self.restart()

    async def restore(self, number: int) -> None:
        """Put a kept version in the editor; undo brings the draft back."""
        if version := self.session.version(number):
            await self._settle_prompt()
            self.before_restore = self.session.body
            await self.prompt.put(version.body)
            self.notify(f"v{number} is in the editor; the palette (ctrl+p) brings back the draft", markup=False)

    @work(group="dialog")
    async def action_versions(self) -> None:
        """Look at the versions that were kept, and how they differ from the draft."""
        await self._settle_prompt()
        prompt, body = self.session.prompt, self.session.body
        if prompt is None or body is None:
            return
        screen = VersionsScreen(prompt, body, self._annotate_version, read_only=self.session.project.read_only)
        if number := await self.app.push_screen_wait(screen):
            await self.restore(number)
        self.painter.show_scope()

    async def _annotate_version(self, number: int, note: str | None, pinned: bool | None) -> Prompt | None:
        try:
            await self.session.annotate(number, note=note, pinned=pinned)
        except SyntermError as error:
            self.notify(printable(str(error)), title="Prompt", severity="error", markup=False)
        return self.session.prompt

    async def take_back_restore(self) -> None:
        """Put back the draft that a restored version replaced."""
        if self.before_restore:
            await self.prompt.put(self.before_restore)
            self.before_restore = None
