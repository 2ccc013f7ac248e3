"""The queue of drafts on the screen: finding and reading them ahead of whoever looks, and showing the current one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from synterm.core.case import Status
from synterm.describe.review.drafts import Draft, doubt_of
from synterm.describe.review.queue import DraftQueue
from synterm.errors import InputError, SyntermError
from synterm.storage.case_filter import CaseFilter
from synterm.storage.drafts import ORDERS, DraftFilter, DraftOrder
from synterm.storage.project import Project
from synterm.text import one_line
from synterm.tui.board.rows import CaseRows
from synterm.tui.draft_review.words import (
    MARKS,
    draft_text,
    end_text,
    facts_text,
    other_title,
    progress_text,
    seed_text,
)
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.draft_ahead import DraftAheadScreen
from synterm.tui.session import Session
from synterm.tui.widgets.draft_list import DraftList, DraftRow
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.text_pane import TextPane

_ORDERS: dict[DraftOrder, str] = {
    "doubt": "what is in doubt first",
    "added": "as they were added",
    "seed": "by seed, those of one seed together",
    "random": "by chance: a fair sample",
}
_LOOKING = "looking …"


class DraftQueueScreen(DraftAheadScreen):
    """Shows one draft after the other beside its seed. What is decided about them is for who inherits from it."""

    CSS_PATH = "draft_review.tcss"
    heading = "Review drafts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,b", "step(-1)", "Back", show=False, id="drafts.back", tooltip="The draft before"),
        Binding("right,n", "step(1)", "Next", show=False, id="drafts.next", tooltip="The draft after"),
        Binding("o", "order", "Order", id="drafts.order", show=False, tooltip="In which order drafts come"),
        Binding("G", "generation", "Generation", id="drafts.generation", show=False, tooltip="Only those of one"),
        Binding("m", "mark", "Mark", id="drafts.mark", show=False, tooltip="Mark this one, to decide about several"),
        Binding("asterisk", "mark_all", "Mark all", id="drafts.mark_all", show=False, tooltip="Mark all that are open"),
    ]

    def __init__(self, session: Session, generation_id: str | None = None) -> None:
        """`generation_id`: only what this generation made; None: whatever waits for review."""
        super().__init__(session)
        self.generation_id = generation_id
        self.query_text = ""
        """What drafts have to fit."""
        self.order: DraftOrder = "doubt"
        self._rows = CaseRows([], session.project.cases.glimpse)
        self.marked: set[int] = set()
        """Row numbers of drafts that are decided about together."""
        self._counts: dict[tuple[str, Status], int] = {}
        self._ready = False

    def compose_place(self) -> list[Widget]:
        """How far one is, the queue, the draft beside its seed, and what is known of it."""
        entry = Input(placeholder="tag:typo scenario:off* origin:import words …", classes="filter", compact=True)
        entry.display = False
        draft, seed, facts = (TextPane(id=name, classes="pane") for name in ("draft", "seed", "facts"))
        for pane, title in ((draft, "Draft"), (seed, "Seed"), (facts, "Why it is here")):
            pane.border_title = title
        queue = DraftList(id="queue", classes="pane")
        queue.border_title = "Queue"
        return [
            Static(id="progress", markup=False),
            entry,
            Horizontal(queue, Vertical(Horizontal(draft, seed, id="texts"), facts, id="one")),
        ]

    def on_mount(self) -> None:
        """Find the drafts."""
        self.query_one("#draft").focus()
        self.open_queue()

    # Finding and reading.

    @property
    def wanted(self) -> DraftFilter:
        """Which drafts are looked for. Raises InputError for a query that says nothing known."""
        return DraftFilter(self.fitting("draft"), self.generation_id)

    def fitting(self, status: Status) -> CaseFilter:
        """The cases of a status that fit the query, of any split unless it names one. Raises InputError."""
        query = self.session.wanted(None, f"split:all status:{status} {self.query_text}")
        if query.results:
            raise InputError("drafts have no verdicts yet: is:, fails: and passes: can't be used here")
        return replace(query.filter, status=status)

    def open_queue(self) -> None:
        """Look for drafts anew."""
        try:
            chosen = self.wanted
        except InputError as error:
            self.tell(error)
            return
        self.say(self._about("looking for drafts …"))
        self._open(chosen)

    @work(exclusive=True, group="queue", exit_on_error=False)
    async def _open(self, chosen: DraftFilter) -> None:
        order = self.order

        def look(project: Project) -> tuple[Sequence[int], dict[tuple[str, Status], int]]:
            return project.drafts.keys(chosen, order), project.drafts.statuses()

        keys, self._counts = await asyncio.to_thread(self.read, look)
        self.queue = DraftQueue(keys)
        self._rows = CaseRows(keys, self.session.project.cases.glimpse)
        self.forget()
        self.marked.clear()
        self._ready = True
        self.say(self._about(_ORDERS[order]))
        await self.read_ahead()
        self.show_all()
        self.look_near()

    def _about(self, note: str) -> str:
        of = f"generation {self.generation_id[-8:]} · " if self.generation_id else ""
        query = f"{one_line(self.query_text, 60)} · " if self.query_text else ""
        return f"{of}{query}{note}"

    # Showing.

    def show(self) -> None:
        """Show the current draft; what is not at hand comes a moment later."""
        queue, draft = self.queue, self.queue.current
        self.shows_draft = draft is not None
        if draft is not None:
            found = self.pieces(draft)
            self._update("draft", draft_text(draft, found))
            self._update("seed", seed_text(draft, found))
            retitle(self.query_one("#draft"), Content(f"Draft  {draft.name}"), Content(self._verdict(draft)))
            seed = draft.seed
            retitle(self.query_one("#seed"), Content(f"Seed  {seed.id[-8:]}" if seed else other_title(draft)))
            self.show_facts(draft)
        else:
            away = "Somebody removed it." if queue.gone else "reading …" if queue.key is not None else None
            words = end_text(queue) if away is None else Content(away)
            self._update("draft", words if self._ready else Content("Looking for drafts …"))
            self._update("seed", Content(""))
            self._update("facts", Content(""))
            retitle(self.query_one("#draft"), Content("Draft"), Content(""))
            retitle(self.query_one("#seed"), Content("Seed"))
        self._show_progress()
        self.listing.show(queue.keys, min(queue.at, max(len(queue) - 1, 0)), self._row)
        if queue.missing(2):
            self.keep_ahead()

    def show_all(self) -> None:
        """The same after something was done to several: each row of the list may say something else."""
        self.show()
        self.listing.refresh()

    def _verdict(self, draft: Draft) -> str:
        verdict = self.queue.verdicts.get(draft.key)
        return f"{MARKS[verdict]} {verdict}: u takes it back" if verdict else ""

    def show_facts(self, draft: Draft) -> None:
        """Show what is known of a draft, the current one."""
        tree = self.session.tree
        path = tree.path(draft.case.scenario_id) if draft.case.scenario_id in tree else ""
        near = self.near.get(draft.key, _LOOKING)
        self._update(
            "facts", facts_text(draft, path, near, self.query_one("#facts", TextPane).scrollable_content_region.width)
        )

    def _show_progress(self) -> None:
        draft, tree = self.queue.current, self.session.tree
        name = told = ""
        if draft is not None and draft.case.scenario_id in tree:
            scenario = draft.case.scenario_id
            name = tree[scenario].name
            told = self._standing(scenario)
        words = progress_text(self.queue, len(self.marked), name, told)
        self.query_one("#progress", Static).update(words, layout=False)

    def _standing(self, scenario: str) -> str:
        """How many cases a scenario has, with what was decided since the queue was opened."""
        accepted, waiting = (self._counts.get((scenario, status), 0) for status in ("accepted", "draft"))
        decided = self.queue.decided_in(scenario)
        accepted, waiting = accepted + decided["accepted"], waiting - decided.total()
        return f"has {accepted:,} accepted, {max(waiting, 0):,} waiting"

    def _row(self, at: int) -> DraftRow:
        key = self.queue.keys[at]
        draft, verdict = self.queue.draft(key), self.queue.verdicts.get(key)
        case = draft.case if draft else self._rows[at]
        mark, ink = (MARKS[verdict], _INKS[verdict]) if verdict else ("", "")
        if not verdict and doubt_of(case) in ("unknown", "disputed"):
            mark, ink = "?", "doubt"
        return DraftRow(mark, ink, f"c{key}", case.title, marked=key in self.marked)

    def _update(self, part: str, words: Content) -> None:
        self.query_one(f"#{part}", TextPane).show(words)

    # Moving.

    def moved(self) -> None:
        """Another draft is the current one."""
        self.show()
        self.look_near()

    def action_step(self, by: int) -> None:
        """Go to the draft after, or before."""
        self.queue.step(by)
        self.moved()

    def action_skip(self) -> None:
        """Go on without a decision; at the end, back to what is open."""
        if self.queue.key is None:
            self.queue.go_to_open()
        else:
            self.queue.step(1)
        self.moved()

    def action_mark(self) -> None:
        """Mark the current draft, or take its mark away, and go on."""
        if self.queue.key is not None:
            self.marked ^= {self.queue.key}
            self.queue.step(1)
            self.moved()

    def action_mark_all(self) -> None:
        """Mark all drafts of the queue that nothing was decided about; where all are, none."""
        still_open = set(self.queue.open)
        self.marked = set() if self.marked == still_open else still_open
        self.show_all()

    def action_filter(self) -> None:
        """Go to the query."""
        entry = self.query_one(Input)
        entry.display = True
        entry.focus()

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_text = event.value.strip()
        self._close_filter()
        self.open_queue()

    def _close_filter(self) -> None:
        entry = self.query_one(Input)
        entry.value = self.query_text
        entry.display = bool(self.query_text)
        self.query_one("#draft").focus()

    @work(exit_on_error=False)
    async def action_order(self) -> None:
        """Choose the order."""
        choices = [(name, _ORDERS[name]) for name in ORDERS]
        chosen = await self.app.push_screen_wait(ChooseScreen("In which order", choices))
        if chosen in ORDERS:
            self.order = chosen
            self.open_queue()

    @work(exit_on_error=False)
    async def action_generation(self) -> None:
        """Choose a generation, or all drafts."""
        try:
            known = self.session.project.generations.all()
        except SyntermError as error:
            self.tell(error)
            return
        choices = [("", "all drafts, wherever they come from")]
        for one in reversed(known):
            if one.status != "undone":
                when = one.started[:16].replace("T", " ")
                choices.append((one.id, f"{one.id[-8:]}  {when}  {one.funnel.kept:,} kept of {one.funnel.made:,}"))
        chosen = await self.app.push_screen_wait(ChooseScreen("Review drafts of", choices))
        if chosen is not None:
            self.generation_id = chosen or None
            self.open_queue()

    def action_leave(self) -> None:
        """Out of the query, away with marks, or out of the screen."""
        entry = self.query_one(Input)
        if entry.has_focus:
            self._close_filter()
        elif self.marked:
            self.marked.clear()
            self.show_all()
        elif self.query_text:
            self.query_text = ""
            self._close_filter()
            self.open_queue()
        else:
            self.leave()

    def leave(self) -> None:
        """Close the screen."""
        self.dismiss()


_INKS = {"accepted": "accepted", "rejected": "rejected", "restored": "doubt"}
