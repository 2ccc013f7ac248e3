"""From failures to a training set that one can trust: what goes in, what is refused, and what comes of it."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Button

from synterm.core.decision import Decision
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.storage.clock import now
from synterm.text import one_line, plural, printable
from synterm.tui.draft_review.deciding import deciding
from synterm.tui.edits import Edit
from synterm.tui.finetune.aside import moving
from synterm.tui.finetune.command import command_line
from synterm.tui.finetune.reading import Counted
from synterm.tui.finetune.wanted import behavior_glob
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.finetune_aside import AsideScreen
from synterm.tui.screens.finetune_export import ExportScreen
from synterm.tui.screens.finetune_seen import TABS
from synterm.tui.screens.finetune_train import TrainScreen
from synterm.tui.widgets.pick_line import PickLine


class FineTuneScreen(TrainScreen):
    """Curates, exports and trains."""

    CSS_PATH = "finetune.tcss"
    heading = "Fine-tune"
    HELP = "What a model is to learn from these cases, what must not be learnt, and a model trained on it."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "export", "Export", id="finetune.export", priority=True, tooltip="Write the training files"),
        Binding("a", "set_aside", "Set aside", id="finetune.aside", tooltip="Move lineages of dev to learn from"),
        Binding("y", "copy_command", "Copy command", id="finetune.copy", tooltip="The same as a command, to paste"),
        Binding("x", "reject", "Leave out", id="finetune.reject", tooltip="Reject the case: it is not learnt"),
        Binding("u", "undo", "Undo", id="finetune.undo", show=False, tooltip="Take back the last edit"),
        Binding(
            "f2", "add_behavior", "Add behavior", id="finetune.add", show=False, priority=True, tooltip="From the tree"
        ),
    ]

    def may_edit(self) -> bool:
        """Whether the project can be written; says so where it can't."""
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    # The form.

    @on(PickLine.Opened)
    @work(exit_on_error=False)
    async def _pick(self, event: PickLine.Opened) -> None:
        chosen = await self.app.push_screen_wait(ChooseScreen(event.line.title, event.line.choices))
        if chosen is not None:
            event.line.value = chosen

    @work(exit_on_error=False)
    async def action_add_behavior(self) -> None:
        """Choose a node of the tree; its path goes behind those that stand in the form."""
        tree = self.session.tree
        nodes = [(behavior_glob(tree, node.id), f"{tree.path(node.id)}  {node.level}") for node in tree.walk()]
        chosen = await self.app.push_screen_wait(ChooseScreen("Learn from the cases of", nodes))
        if chosen is not None:
            before = self.form.form.behaviors.strip().rstrip(",")
            self.form.write("behaviors", f"{before}, {chosen}" if before else chosen)

    # What people do.

    def action_copy_command(self) -> None:
        """Copy the command that tells, exports or trains the same."""
        if self.plan is None:
            self.notify("First what is wrong in the form.", title=self.heading, severity="warning")
            return
        words = command_line("export", str(self.session.project.path), self.plan)
        self.app.copy_to_clipboard(words)
        self.notify(printable(words), title="Copied", markup=False, timeout=10)

    @on(Button.Pressed, "#export")
    def _pressed(self) -> None:
        if self._aside_is_next:
            self.action_set_aside()
        else:
            self.action_export()

    @property
    def _aside_is_next(self) -> bool:
        """Whether there is nothing to learn from, but cases that could be set aside."""
        report = self.counted.report if self.counted else None
        return report is not None and not report.splits.get("train") and report.splits.get("dev", 0) > 0

    def show_counted(self, found: Counted) -> None:
        """The button does what comes next."""
        super().show_counted(found)
        self.form.offer("Set aside …  a" if self._aside_is_next else "Export  ctrl+s")

    def action_export(self) -> None:
        """Choose formats and a folder, and write the files."""
        plan = self.plan
        if plan is None or self.counted is None or self.counted.report.plan != plan:
            self.notify("It is still being counted." if plan else "First what is wrong in the form.", markup=False)
        elif not self.counted.found.examples:
            self.notify("There is nothing to export: a sets cases aside to learn from.", markup=False)
        else:
            self.app.push_screen(ExportScreen(self.session.project, plan, self.counted.report))

    @work(exclusive=True, group="aside", exit_on_error=False)
    async def action_set_aside(self) -> None:
        """Say what would move from dev to train, and move it."""
        if not self.may_edit():
            return
        found = await self.app.push_screen_wait(AsideScreen(self.read, self.plan))
        if found is not None:
            await self.do(moving(self.session.project, found), f"{plural(len(found.case_ids), 'case')} moved to train.")

    @work(group="edit", exit_on_error=False)
    async def action_reject(self) -> None:
        """Reject the case of the example under the cursor: it is not learnt, nor evaluated."""
        one = self.example
        if one is None or self.tabs.active != TABS[0] or not self.may_edit():
            return
        project = self.session.project
        if keys := project.cases.keys_of([one.case.id]):
            decision = Decision(verdict="rejected", who=who(), time=now())
            await self.do(deciding(project.drafts, keys, decision), one_line(one.case.title, 60))

    async def do(self, edit: Edit, note: str = "") -> bool:
        """Make an edit, and count anew; gives whether it worked."""
        try:
            await self.session.edits.do(edit)
        except SyntermError as error:
            self.tell(error)
            return False
        self.notify(printable(f"{edit.label}; u takes it back. {note}".strip()), title=self.heading, markup=False)
        self._edited(edit)
        return True

    def _edited(self, edit: Edit) -> None:
        self.changed |= {"", *edit.touched}
        self.action_reload()

    @work(group="edit", exit_on_error=False)
    async def action_undo(self) -> None:
        """Take back the last edit."""
        try:
            edit = await self.session.edits.undo()
        except SyntermError as error:
            self.tell(error)
            return
        self.notify(printable(f"undone: {edit.label}" if edit else "nothing to undo"), markup=False)
        if edit:
            self._edited(edit)
