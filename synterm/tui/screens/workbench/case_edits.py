"""What the keys of the cases list do: every edit can be taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, get_args

from textual import on, work
from textual.binding import Binding, BindingType

from synterm.core.case import Case, Split
from synterm.core.decision import Decision, Verdict
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.evaluate.quality import labels_of
from synterm.storage.clock import now
from synterm.text import one_line, plural, printable
from synterm.tui.cases.changes import adding, assigning, differs, removing, replacing, retagging, variation
from synterm.tui.draft_review.deciding import deciding
from synterm.tui.edits import Edit
from synterm.tui.screens.case_form import CaseForm, FormFacts
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.move import MoveScreen
from synterm.tui.screens.tags import TagsScreen
from synterm.tui.screens.workbench.inline_edits import InlineEditing
from synterm.tui.widgets.case_list import CaseList

_MANY = 2000
"""From how many cases on a change is told of while it is made."""
_LISTED = 500
"""How many selected cases are looked through for their tags."""


class CaseEditing(InlineEditing):
    """Edits the selected cases, or the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "f4",
            "edit_prompt",
            "Editor",
            id="prompt.editor",
            tooltip="Edit the message or examples in your own editor ($EDITOR)",
            show=False,
        )
    ]

    @on(CaseList.Asked)
    async def _asked(self, event: CaseList.Asked) -> None:
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", title="Cases", markup=False)
            return
        if event.what == "inline":
            # Not in a worker: what is typed next is meant for the editor.
            await self._edit_in_row(event.keys)
        else:
            self._edit_cases(event.what, event.keys)

    @work(group="edits", exit_on_error=False)
    async def _edit_cases(self, what: str, keys: Sequence[int]) -> None:
        commands: dict[str, Callable[[Sequence[int]], Awaitable[None]]] = {
            "edit": self._edit,
            "external": self._edit_outside,
            "duplicate": self._duplicate,
            "accept": lambda chosen: self._set_status("accepted", chosen),
            "reject": lambda chosen: self._set_status("rejected", chosen),
            "move": self._move,
            "tags": self._tag,
            "split": self._split,
            "remove": self._remove,
        }
        try:
            if what == "new":
                await self._new()
            elif keys:
                await commands[what](keys)
        except SyntermError as error:
            self._tell(error)

    async def _do(self, edit: Edit, count: int = 1, note: str = "") -> None:
        """Make an edit, remember it, and show what it changed."""
        if count >= _MANY:
            self.cases.show_busy(f"{edit.label}: under way …")
        try:
            await self.edits.do(edit)
        finally:
            self.cases.show_busy("")
        self._show_done(edit, note)

    def _show_done(self, edit: Edit, note: str = "") -> None:
        self.notify(printable(f"{edit.label}. {note}".strip()), title="Cases", markup=False)
        self.project_edited(edit.touched)

    async def _new(self) -> None:
        scenario_id = self._scenario_for_new()
        if scenario_id is None:
            self.notify("Cases stand in scenarios: add a scenario first.", title="Cases", markup=False)
            return
        case = Case(scenario_id=scenario_id, input=dict.fromkeys(self._names_for(scenario_id), ""))
        await self._fill_in_new("New case", case, "case added")

    async def _duplicate(self, keys: Sequence[int]) -> None:
        made = variation(self._case(keys[0]))
        await self._fill_in_new("Variation", made, "variation added", self._split_note(made))

    async def _fill_in_new(self, title: str, case: Case, label: str, split_note: str = "") -> None:
        store = self.session.project.cases
        edit = await self._fill_in(title, case, lambda made: adding(store, label, [made]), split_note)
        if edit:
            self._show_done(edit)
            for key in store.keys_of([case.id]):
                self.cases.list.go_to(key)

    async def _edit(self, keys: Sequence[int]) -> None:
        key = keys[0]
        case = self._case(key)
        cases = self.session.project.cases
        notes: list[str] = []

        def change(edited: Case) -> Edit | None:
            more = len(cases.families([key]).keys) - 1 if edited.split != case.split else 0
            notes[:] = [f"{plural(more, 'case')} made from it moved to {edited.split} too."] if more else []
            return replacing(cases, f"c{key} edited", {case.id: (case, edited)}) if differs(edited, case) else None

        if edit := await self._fill_in(f"Case c{key}", case, change, self._split_note(case)):
            self._show_done(edit, *notes)

    async def _fill_in(
        self, title: str, case: Case, change: Callable[[Case], Edit | None], split_note: str = ""
    ) -> Edit | None:
        """Show the form; gives the edit that `change` makes of what was filled in, once it is on disk."""
        made: list[Edit] = []

        async def save(filled: Case) -> None:
            if edit := change(filled):
                await self.edits.do(edit)
                made.append(edit)

        checklist = self.session.checklist
        facts = FormFacts(title, case, self._paths(), lambda node_id: labels_of(checklist, node_id), split_note)
        await self.app.push_screen_wait(CaseForm(facts, save))
        return next(iter(made), None)

    async def _set_status(self, status: Verdict, keys: Sequence[int]) -> None:
        decision = Decision(verdict=status, who=who(), time=now())
        await self._do(deciding(self.session.project.drafts, keys, decision), len(keys))

    async def _move(self, keys: Sequence[int]) -> None:
        scenario = await self.app.push_screen_wait(MoveScreen(self.session.tree, len(keys)))
        if scenario is not None:
            label = f"{plural(len(keys), 'case')} moved to {one_line(self.session.tree[scenario].name, 40)}"
            await self._do(assigning(self.session.project.cases, label, "scenario_id", scenario, keys), len(keys))

    async def _tag(self, keys: Sequence[int]) -> None:
        present = sorted({tag for case in self._cases(keys[:_LISTED]) for tag in case.tags})
        tagging = await self.app.push_screen_wait(TagsScreen(len(keys), present, self.session.tags or ()))
        if tagging is not None:
            words = " ".join((*(f"+{tag}" for tag in tagging.add), *(f"-{tag}" for tag in tagging.drop)))
            label = f"{plural(len(keys), 'case')} tagged {one_line(words, 60)}"
            await self._do(retagging(self.session.project.cases, label, keys, *tagging), len(keys))

    async def _split(self, keys: Sequence[int]) -> None:
        moving, staying = self.session.project.cases.families(keys)
        stay = f"{plural(staying, 'case')} made from others: their split is that of what they were made from"
        if not moving:
            self.notify(printable(f"Nothing to move: {stay}."), title="Split", markup=False)
            return
        more = len(moving) - (len(keys) - staying)
        notes = [f"{plural(more, 'case')} made from these will move too"] if more else []
        notes += [f"{stay}, and will stay"] if staying else []
        choices = [(name, f"{name}: {_SPLITS[name]}") for name in get_args(Split)]
        title = f"Put {plural(len(moving), 'case')} in"
        split = await self.app.push_screen_wait(ChooseScreen(title, choices, "; ".join(notes)))
        if split is not None:
            label = f"{plural(len(moving), 'case')} put in {split}"
            await self._do(assigning(self.session.project.cases, label, "split", split, moving), len(moving))

    async def _remove(self, keys: Sequence[int]) -> None:
        shown = "\n".join(f"  {one_line(case.title, 60)}" for case in self._cases(keys[:3]))
        more = f"\n  and {len(keys) - 3:,} more" if len(keys) > 3 else ""
        text = f"{shown}{more}\n\nWhat runs recorded about them stays. u brings them back until you leave synterm."
        count = plural(len(keys), "case")
        if await self.app.push_screen_wait(ConfirmScreen(f"Remove {count}?", text, f"Remove {count}")):
            await self._do(removing(self.session.project.cases, f"{count} removed", keys), len(keys))

    def _split_note(self, case: Case) -> str:
        """Why the split of a case can't be changed; empty when it can."""
        if not self.session.project.cases.has_seed(case):
            return ""
        [seed] = self.session.project.cases.keys_of([case.root_id])
        return f"the split is that of c{seed}, which it is made from"

    def _scenario_for_new(self) -> str | None:
        """The scenario under the cursor, else the first in scope."""
        if self.cases.list.case is not None:
            return self.cases.list.case.scenario_id
        scenarios = self.session.tree.scenarios(self.session.node_id)
        return scenarios[0].id if scenarios else None

    def _names_for(self, scenario_id: str) -> Sequence[str]:
        """The names that the scenario's other cases use, else those that the prompt needs."""
        case = self.cases.list.case
        if case is not None and case.scenario_id == scenario_id:
            return list(case.input)
        return sorted(self.session.facts.variables) or ["message"]


_SPLITS = {
    "dev": "iterate on them",
    "holdout": "kept for the final word",
    "train": "may be exported for tuning",
}
