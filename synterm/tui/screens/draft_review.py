"""Review of drafts: one key for each decision, and the next draft is there."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType

from synterm.core.case import Case
from synterm.core.decision import NO_REASON, Decision, Verdict, decided, edited_in_review
from synterm.describe.review.drafts import REASONS, Draft
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.evaluate.quality import labels_of
from synterm.storage.clock import now
from synterm.text import one_line, plural, printable
from synterm.tui.draft_review.deciding import deciding, replaced
from synterm.tui.edits import Edit
from synterm.tui.screens.case_form import CaseForm, FormFacts
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.draft_queue import DraftQueueScreen
from synterm.tui.screens.one_key import OneKeyScreen
from synterm.tui.session import Session

_LISTED = 6
"""Scenarios that a question about several drafts names."""


class DraftReviewScreen(DraftQueueScreen):
    """Decides about drafts. The next one is shown at once; the decision is written meanwhile, one after the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "accept", "Accept", id="drafts.accept", tooltip="Accept this draft, or those that are marked"),
        Binding("x", "reject", "Reject", id="drafts.reject", tooltip="Reject it with a reason: a second key"),
        Binding("X", "reject_at_once", "Reject", id="drafts.reject_at_once", show=False, tooltip="Without a reason"),
        Binding("e", "edit", "Edit", id="drafts.edit", tooltip="Edit it in the form, which accepts it"),
        Binding("l", "label", "Label", id="drafts.label", tooltip="Give it another label, which accepts it"),
        Binding("u", "undo", "Undo", id="drafts.undo", tooltip="Take the last decision back"),
        Binding("space", "skip", "Skip", id="drafts.skip", tooltip="Leave this one open; at the end: back to those"),
        Binding("slash", "filter", "Find", id="drafts.filter", tooltip="Only drafts that fit a query"),
        Binding("R", "rejected", "Rejected", id="drafts.rejected", tooltip="What was rejected or dropped; restore it"),
    ]

    def __init__(self, session: Session, generation_id: str | None = None) -> None:
        """`generation_id`: only what this generation made; None: whatever waits for review."""
        super().__init__(session, generation_id)
        self._who = who()
        self._writes: set[asyncio.Task[None]] = set()

    # Deciding.

    def action_accept(self) -> None:
        """Accept the current draft, or the marked ones."""
        if self._may_decide():
            self._decide("accepted")

    def action_reject_at_once(self) -> None:
        """Reject without asking why."""
        if self._may_decide():
            self._decide("rejected")

    @work(exit_on_error=False)
    async def action_reject(self) -> None:
        """Ask why, and reject."""
        if not self._may_decide() or (self.queue.current is None and not self.marked):
            return
        draft, marked = self.queue.current, set(self.marked)
        title = (
            f"Reject {plural(len(marked), 'draft')}: why?" if marked else f"Reject {draft.name if draft else ''}: why?"
        )
        question = OneKeyScreen(title, REASONS, own="another reason", default=NO_REASON)
        reason = await self.app.push_screen_wait(question)
        if reason is not None and (marked or self.queue.current is draft):
            self._decide("rejected", "" if reason == NO_REASON else one_line(reason, 500))

    def _decide(self, verdict: Verdict, reason: str = "") -> None:
        decision = Decision(verdict=verdict, reason=reason, who=self._who, time=now())
        drafts, draft = self.session.project.drafts, self.queue.current
        if self.marked:
            self._decide_all(decision, sorted(self.marked))
        elif draft is not None:
            self.queue.decide(draft.after(decision), verdict)
            self.moved()
            self._write(deciding(drafts, [draft.key], decision), draft.case.id)

    @work(exit_on_error=False)
    async def _decide_all(self, decision: Decision, keys: Sequence[int]) -> None:
        """Several at once, after asking."""
        count, verb = plural(len(keys), "draft"), decision.verdict.removesuffix("ed").capitalize()
        said = await asyncio.to_thread(self.read, lambda project: _what(project.drafts.by_scenario(keys)))
        doubts = await asyncio.to_thread(self.read, lambda project: project.drafts.in_doubt(keys))
        lines = [f"  {number:>6,}  {self._path(scenario)}" for scenario, number in said[:_LISTED]]
        if len(said) > _LISTED:
            lines.append(
                f"  {sum(number for _, number in said[_LISTED:]):>6,}  in {len(said) - _LISTED} other scenarios"
            )
        if doubts and decision.verdict == "accepted":
            lines += ["", f"Of {plural(doubts, 'draft')} among them nobody could tell whether the label holds."]
        lines += ["", "u takes it back, all of it."]
        if not await self.app.push_screen_wait(ConfirmScreen(f"{verb} {count}?", "\n".join(lines), f"{verb} {count}")):
            return
        self.marked.clear()
        self.queue.decide_all(keys, decision)
        self.moved()
        self.listing.refresh()
        self._write(deciding(self.session.project.drafts, keys, decision))

    def _path(self, scenario: str) -> str:
        tree = self.session.tree
        return one_line(tree.path(scenario), 50) if scenario in tree else "in no scenario"

    @work(exit_on_error=False)
    async def action_label(self) -> None:
        """Choose another label, and accept."""
        draft = self.queue.current
        if draft is None or not self._may_decide():
            return
        labels = labels_of(self.session.checklist, draft.case.scenario_id)
        if not labels:
            self.notify("The checks of this scenario know no labels: e edits what is expected.", markup=False)
            return
        expects = f"It expects {one_line(str(draft.case.expected), 60)}." if draft.case.expected is not None else ""
        chosen = await self.app.push_screen_wait(
            OneKeyScreen(f"{draft.name} is accepted as", labels, note=f"{one_line(draft.case.title, 150)}\n{expects}")
        )
        if chosen is not None and self.queue.current is draft:
            edit = self._replace(draft, draft.case.model_copy(update={"expected": chosen}), "accepted")
            self.moved()
            self._write(edit, draft.case.id)

    @work(exit_on_error=False)
    async def action_edit(self) -> None:
        """Edit the draft as a form; saved, it is accepted, unless the form says that it is rejected."""
        draft, project = self.queue.current, self.session.project
        if draft is None or not self._may_decide():
            return
        made: list[Edit] = []

        async def save(filled: Case) -> None:
            verdict: Verdict = "rejected" if filled.status == "rejected" else "accepted"
            decision = self._decision(draft, filled, verdict)
            edit = replaced(project, draft.name, draft.case, decided(filled, decision), decision)
            await self.settled()
            await self.session.edits.do(edit)
            made.append(edit)
            self.queue.decide(Draft(draft.key, decided(filled, decision), draft.seed), verdict)
            self.changed.add(filled.id)

        tree, checklist = self.session.tree, self.session.checklist
        paths = {node.id: tree.path(node.id) for node in tree.scenarios()}
        note = "the split is that of the case that it comes from" if project.cases.has_seed(draft.case) else ""
        facts = FormFacts(
            f"Edit {draft.name}; saved, it is accepted",
            draft.case,
            paths,
            lambda node: labels_of(checklist, node),
            note,
        )
        await self.app.push_screen_wait(CaseForm(facts, save))
        if made:
            self.moved()

    def _decision(self, draft: Draft, after: Case, verdict: Verdict) -> Decision:
        was = edited_in_review(draft.case, after)
        return Decision(verdict=verdict, who=self._who, time=now(), was=was)

    def _replace(self, draft: Draft, after: Case, verdict: Verdict) -> Edit:
        decision = self._decision(draft, after, verdict)
        edit = replaced(self.session.project, draft.name, draft.case, decided(after, decision), decision)
        self.queue.decide(Draft(draft.key, decided(after, decision), draft.seed), verdict)
        return edit

    def action_undo(self) -> None:
        """Take the last decision back, and show its draft again."""
        if not self.queue.take_back():
            self.notify("nothing to undo here; u in the workbench takes back what was done before", markup=False)
            return
        self.moved()
        self.listing.refresh()
        self._start(self._undo())

    # Writing.

    def _write(self, edit: Edit, case_id: str = "") -> None:
        """Have a decision written, after those that were made before it."""
        self.changed.add(case_id)
        self._start(self._do(edit))

    async def _do(self, edit: Edit) -> None:
        await self.session.edits.do(edit)

    async def _undo(self) -> None:
        await self.session.edits.undo()

    def _start(self, step: Coroutine[Any, Any, None]) -> None:
        # No worker of the screen's: those end with it, and a decision that was shown is to be kept.
        task = asyncio.create_task(self._tell_of(step))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _tell_of(self, step: Coroutine[Any, Any, None]) -> None:
        try:
            await step
        except SyntermError as error:
            hint = f"\n{error.hint}" if error.hint else ""
            words = f"Not kept: {error}{hint}\nThe queue is read again."
            self.app.notify(printable(words), title=self.heading, severity="error", markup=False)
            if self.is_attached:
                self.open_queue()

    async def settled(self) -> None:
        """Wait until all is on disk, or refused."""
        while self._writes:
            await asyncio.gather(*self._writes)

    async def on_unmount(self) -> None:
        """What was decided last is to be on disk too."""
        await self.settled()

    def leave(self) -> None:
        """Close the screen, once all is on disk."""
        self._leave()

    @work(exit_on_error=False)
    async def _leave(self) -> None:
        await self.settled()
        self.dismiss()

    def _may_decide(self) -> bool:
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    async def action_rejected(self) -> None:
        """Show what was rejected or dropped."""
        from synterm.tui.screens.draft_rejected import RejectedScreen

        await self.settled()
        screen = RejectedScreen(self.session, self.generation_id)

        def back(_: None) -> None:
            if screen.changed:
                self.changed |= screen.changed
                self.open_queue()

        self.app.push_screen(screen, back)


def _what(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: -pair[1])
