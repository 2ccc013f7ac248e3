"""What the workbench does with the prompt that is open, and the model that answers it."""

from __future__ import annotations

from typing import ClassVar, cast, get_args

from textual import getters, on, work
from textual.binding import Binding, BindingType

from synterm.core.prompt import HalfTyped, Prompt, PromptVersion, Role
from synterm.errors import SyntermError
from synterm.text import one_line, printable
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.versions import VersionsScreen
from synterm.tui.screens.workbench.editing import written
from synterm.tui.screens.workbench.project_edits import ProjectEditing
from synterm.tui.widgets.prompt.pane import PromptPane
from synterm.tui.widgets.prompt.reading import Draft

_TEND_S = 2.0
"""How often what could not be saved is tried again, in seconds."""


class PromptingScreen(ProjectEditing):
    """Each text that is typed is saved, and evaluated after the debounce."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep version", id="prompt.keep", tooltip="Keep the draft as a version"),
        Binding("m", "next_model", "Next model", id="model.next", tooltip="Turn to the next model"),
    ]
    prompt = getters.query_one(PromptPane)
    before_restore: Draft | None = None
    """The draft that a restored version replaced."""
    _unsaved = ""
    """What was told of why something that was typed is not on disk."""

    def begin_to_tend(self) -> None:
        """Look after what could not be saved."""
        self.set_interval(_TEND_S, self._tend_drafts)

    def _tend_drafts(self) -> None:
        problem, told = self.session.drafts.problem, self._unsaved
        if problem != told:
            self._unsaved = problem
            self.painter.show_status()
        if problem and not told:
            text = f"What you type is not saved: {problem}. It is tried again until it is."
            self.notify(printable(text), severity="error", markup=False)
        elif told and not problem:
            self.notify("What you typed is saved now.", markup=False)
        self.session.drafts.try_again()

    @on(PromptPane.Typed)
    def _typed(self, event: PromptPane.Typed) -> None:
        if event.pane.hear(event):
            self._save(event)

    def _save(self, event: PromptPane.Told) -> None:
        """Save what is told under the prompt that it belongs to, whichever is open; not where that is gone."""
        if any(prompt.id == event.prompt_id for prompt in self.session.prompts):
            self.session.drafts.save(event.prompt_id, event.draft)

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
        if event.to_save:
            self._save(event)
        if self.session.prompt is None or event.prompt_id != self.session.prompt.id:
            return
        self._stop_live()
        self.session.edit(event.draft.body)
        self.painter.edited()
        if event.problem:
            self.painter.set_state("blocked", str(event.problem))
        elif self.session.model:
            live = (column.variant.model for column in self.session.board.columns if column.live)
            self.restart(self.live.debounce(live))

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
        self.learn_trends()
        self._warm()
        self.restart()

    async def open_prompt(self, name: str) -> None:
        """Turn to a prompt."""
        await self._settle_prompt()
        self._stop_live()
        if await self.session.open_prompt(name) is None:
            self.notify(f"{one_line(name, 40)} is gone from the project.", severity="error", markup=False)
            return
        await self.show_open_prompt()
        self.prompt.focus_editor()
        self.painter.show_scope()
        self.learn_trends()
        self.restart()

    async def show_open_prompt(self) -> None:
        """Have the editors show the prompt that the session turned to, or none."""
        self.before_restore = None
        if self.session.prompt:
            await self.prompt.show(self.session.prompt)
        else:
            await self.prompt.clear()
        self.painter.show_titles()

    async def restore(self, number: int) -> None:
        """Put a kept version in the editor; undo brings the draft back."""
        if version := self.session.version(number):
            self.before_restore = self.prompt.typed()
            await self.prompt.put(Draft(version.body, HalfTyped()))
            self.notify(f"v{number} is in the editor; the palette (ctrl+p) brings back the draft", markup=False)

    @work(group="dialog")
    async def action_versions(self) -> None:
        """Look at the versions that were kept, and how they differ from the draft."""
        await self._settle_prompt()
        prompt, body = self.session.prompt, self.session.body
        if prompt is None or body is None:
            return
        screen = VersionsScreen(prompt, body, self._annotate_version, read_only=self.session.project.read_only)
        number = await self.app.push_screen_wait(screen)
        if number and self._is_open(prompt):
            await self.restore(number)

    async def _annotate_version(self, number: int, note: str | None, pinned: bool | None) -> Prompt | None:
        prompt, version = self.session.prompt, self.session.version(number)
        if prompt is None or version is None:
            return None
        annotate, old = self.session.project.prompts.annotate, _old(version, note, pinned)
        apply = written(lambda: annotate(prompt.id, number, note=note, pinned=pinned))
        revert = written(lambda: annotate(prompt.id, number, note=old[0], pinned=old[1]))
        done = "named" if pinned is None else "pinned" if pinned else "no longer pinned"
        try:
            await self.make_edit(f"{version.label} {done}", apply, revert)
        except SyntermError as error:
            self.notify(printable(str(error)), title="Prompt", severity="error", markup=False)
        await self.take_prompts()
        return self.session.prompt if self._is_open(prompt) else None

    def _is_open(self, prompt: Prompt) -> bool:
        return self.session.prompt is not None and self.session.prompt.id == prompt.id

    async def take_back_restore(self) -> None:
        """Put back the draft that a restored version replaced."""
        if self.before_restore:
            draft, self.before_restore = self.before_restore, None
            await self.prompt.put(draft)


def _old(version: PromptVersion, note: str | None, pinned: bool | None) -> tuple[str | None, bool | None]:
    """What a version has now of what is to be changed."""
    return None if note is None else version.note, None if pinned is None else version.pinned
