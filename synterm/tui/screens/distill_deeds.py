"""What people say about failures on the Distill screen: of which type they are, what a cluster is called."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.core.distill import FAILURE_TYPES, Failing, FailureType
from synterm.distill.triage.actions import ACTIONS
from synterm.errors import InputError, SyntermError
from synterm.evaluate.provenance import who
from synterm.text import one_line, printable
from synterm.tui.distill.edits import confirming, naming
from synterm.tui.edits import Edit
from synterm.tui.screens.distill_found import FoundScreen
from synterm.tui.screens.forms import Field, FormScreen, Values
from synterm.tui.screens.one_key import OneKeyScreen
from synterm.tui.session import Session

_LONGEST_NAME = 200


class DeedsScreen(FoundScreen):
    """Keeps what people say. All of it can be taken back."""

    heading = "Distill"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(number),
                f"confirm('{kind}')",
                kind.capitalize(),
                id=f"distill.type_{number}",
                show=False,
                tooltip=f"Confirm that it is: {kind}. It asks for: {ACTIONS[kind].title}",
            )
            for number, kind in enumerate(FAILURE_TYPES, start=1)
        ),
        Binding("c", "choose_type", "Confirm", id="distill.confirm", show=False, tooltip="Confirm a type from a list"),
        Binding("n", "name", "Name", id="distill.name", show=False, tooltip="Give the cluster a name that stays"),
        Binding("u", "undo", "Undo", id="distill.undo", tooltip="Take back the last edit"),
        Binding("U", "redo", "Redo", id="distill.redo", show=False, tooltip="Make again what was taken back"),
    ]

    def __init__(self, session: Session, run: str = "last") -> None:
        super().__init__(session, run)
        self._edits: list[Edit] = []
        """Those that were made here, and change only what is shown here."""

    def may_edit(self) -> bool:
        """Whether the project can be written; says so where it can't."""
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    async def do(self, edit: Edit, note: str = "", *, own: bool = False) -> bool:
        """Make an edit, and show what it changed; gives whether it worked. `own`: it changes only what stands here."""
        try:
            await self.session.edits.do(edit)
        except SyntermError as error:
            self.tell(error)
            return False
        self.done(edit, note, own=own)
        return True

    def done(self, edit: Edit, note: str = "", *, own: bool = False) -> None:
        """Say that an edit was made, and show what it changed."""
        if own:
            self._edits.append(edit)
        else:
            self.session.generating.changed(edit.touched)
        self.notify(printable(f"{edit.label}; u takes it back. {note}".strip()), title=self.heading, markup=False)
        if self.is_attached:
            self.show()

    def action_confirm(self, kind: FailureType) -> None:
        """Say of which type the chosen failures are."""
        chosen = self.chosen
        if self.found and chosen and self.may_edit():
            self._confirm(chosen, kind)

    @work(group="confirm", exit_on_error=False)
    async def _confirm(self, failing: list[Failing], kind: FailureType) -> None:
        assert self.found
        single = len(failing) == 1 and self.failures.has_focus and self.kind is None
        edit = confirming(self.session.project, self.found, failing, kind, who())
        self.forget_marks()
        action = ACTIONS[kind]
        if await self.do(edit, f"a: {action.title}", own=True) and single:
            self.failures.cursor += 1

    @work(exit_on_error=False)
    async def action_choose_type(self) -> None:
        """Choose the type from a list that says what each asks for."""
        chosen = self.chosen
        if not chosen or not self.may_edit():
            return
        words = {f"{kind} → {ACTIONS[kind].title}: {ACTIONS[kind].explanation}": kind for kind in FAILURE_TYPES}
        proposed = chosen[0].triage
        note = f"{proposed.by}: {proposed.type}, {proposed.reason}" if proposed and len(chosen) == 1 else ""
        screen = OneKeyScreen(f"Of which type? {self.words_of(chosen)}", [*words], note=one_line(note, 300))
        picked = await self.app.push_screen_wait(screen)
        if picked is not None:
            self._confirm(chosen, words[picked])

    @work(exit_on_error=False)
    async def action_name(self) -> None:
        """Give the cluster another name."""
        cluster = self.group.cluster if self.group else None
        found = self.found
        if cluster is None or found is None:
            self.notify("Only a cluster has a name: choose one on the left.", title=self.heading)
            return
        if not self.may_edit():
            return

        async def save(values: Values) -> None:
            name = one_line(values["name"].strip(), _LONGEST_NAME)
            if not name:
                raise InputError("a cluster needs a name", where="name")
            if name != cluster.name:
                await self.do(naming(self.session.project, found, cluster, name, who()), own=True)

        field = Field("name", "name", cluster.name, help="stays from run to run")
        await self.app.push_screen_wait(FormScreen("What is this cluster called?", [field], save))

    async def action_undo(self) -> None:
        """Take back the last edit."""
        await self._step(back=True)

    async def action_redo(self) -> None:
        """Make the edit again that was taken back last."""
        await self._step(back=False)

    async def _step(self, *, back: bool) -> None:
        edits = self.session.edits
        try:
            edit = await (edits.undo() if back else edits.redo())
        except SyntermError as error:
            self.tell(error)
            return
        if edit is None:
            self.notify("nothing to undo" if back else "nothing to do again", title=self.heading)
            return
        self.notify(printable(f"{'undone' if back else 'done again'}: {edit.label}"), title=self.heading, markup=False)
        if any(edit is one for one in self._edits):
            self.show()
        else:
            self.session.generating.changed(edit.touched)
            # It may be one of an earlier visit: what it changed is not known here.
            self.action_reload()
