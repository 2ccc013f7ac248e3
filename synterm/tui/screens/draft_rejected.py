"""What was rejected in review, or dropped by a filter: with its reason, and one key brings it back."""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from synterm.core.case import value_text
from synterm.core.decision import Decision, cause_of, decisions_of
from synterm.describe.review.drafts import detail_of, load_drafts
from synterm.errors import InputError, SyntermError
from synterm.evaluate.provenance import who
from synterm.reports.figures import score_figure
from synterm.storage.clock import now
from synterm.storage.drafts import DraftFilter
from synterm.storage.project import Project
from synterm.text import one_line, plural, printable
from synterm.tui.board.rows import CaseRows
from synterm.tui.draft_review.compared import compared
from synterm.tui.draft_review.deciding import deciding
from synterm.tui.draft_review.words import draft_text, facts_text
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.table import Cell, Table, TableColumn

COLUMNS = (
    TableColumn("case", 6),
    TableColumn("input"),
    TableColumn("expected", 16, rank=2),
    TableColumn("rejected for", 24),
    TableColumn("by", 12, rank=3),
)


class RejectedScreen(PlaceScreen):
    """The rejected cases, those rejected last at the end; the one under the cursor in detail below."""

    CSS_PATH = "draft_rejected.tcss"
    heading = "Rejected and dropped"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "restore", "Restore", id="rejected.restore", tooltip="It waits for review again"),
        Binding("R", "restore_all", "Restore all", id="rejected.all", tooltip="All that are listed, after asking"),
        Binding("c", "cause", "Reason", id="rejected.cause", tooltip="Only those of one reason or filter"),
        Binding("slash", "filter", "Find", id="rejected.filter", tooltip="Only those that fit a query"),
        Binding("u", "undo", "Undo", id="rejected.undo", tooltip="Take the last restoring back"),
    ]
    table = getters.query_one(Table)

    def __init__(self, session: Session, generation_id: str | None = None) -> None:
        """`generation_id`: only what this generation made."""
        super().__init__(session)
        self._generation = generation_id
        self._cause: str | None = None
        self._rows = CaseRows([], session.project.cases.glimpse)
        self._restored: list[int] = []
        """How many each restoring was about."""

    def compose_place(self) -> list[Widget]:
        """The query, the list, and one case in detail."""
        table = Table(id="rejected", classes="pane")
        detail = VerticalScroll(Static(id="detail-text", markup=False), id="detail", classes="pane")
        detail.border_title = "Why"
        entry = Input(placeholder="/ finds: words, tag:typo, scenario:off* …", classes="filter", compact=True)
        return [entry, table, detail]

    def on_mount(self) -> None:
        """Read what was rejected."""
        self.table.focus()
        self._read()

    def _wanted(self) -> DraftFilter:
        query = self.session.wanted(None, f"split:all status:rejected {self.query_one(Input).value}")
        if query.results:
            raise InputError("rejected cases have no verdicts: is:, fails: and passes: can't be used here")
        return DraftFilter(replace(query.filter, status="rejected"), self._generation, self._cause)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        chosen = self._wanted()

        def look(project: Project) -> array[int]:
            return project.drafts.keys(chosen)

        keys = await asyncio.to_thread(self.read, look)
        self._rows = CaseRows(keys, self.session.project.cases.glimpse)
        self.table.show(COLUMNS, range(len(keys)), self._cells, "nothing was rejected here")
        cause = f"for {one_line(self._cause, 40)}" if self._cause else "for any reason"
        self.table.border_title = Content(f"Rejected  {len(keys):,} {cause}")
        self.say(f"{plural(sum(self._restored), 'case')} restored" if self._restored else "")
        self._detail()

    def _cells(self, at: int) -> list[Cell]:
        case = self._rows[at]
        dropped = detail_of(case, "dropped")
        cause = cause_of(case)
        score = f" {score_figure(dropped[1])}" if dropped and dropped[1] is not None and dropped[0] == cause else ""
        last = next(iter(reversed(decisions_of(case))), None)
        by = "filter" if dropped and dropped[0] == cause else last.who if last else ""
        return [
            (self._rows.name(at), "dim"),
            (case.title, ""),
            (value_text(case.expected), "dim"),
            (cause + score, "error"),
            (by, "dim"),
        ]

    @property
    def _key(self) -> int | None:
        return self._rows.keys[self.table.cursor] if len(self._rows) else None

    @on(LineList.Highlighted)
    def _detail(self) -> None:
        key, text = self._key, self.query_one("#detail-text", Static)
        try:
            found = load_drafts(self.session.project, [key]) if key is not None else []
        except SyntermError as error:
            self.tell(error)
            return
        if not found:
            text.update("")
            return
        draft, tree = found[0], self.session.tree
        path = tree.path(draft.case.scenario_id) if draft.case.scenario_id in tree else ""
        facts = facts_text(draft, path, "", text.size.width)
        text.update(Content("\n").join([draft_text(draft, compared(draft)), Content(""), facts]))

    # What people do.

    async def action_restore(self) -> None:
        """Have the case under the cursor wait for review again."""
        if self._key is not None:
            await self._restore([self._key])

    @work(exit_on_error=False)
    async def action_restore_all(self) -> None:
        """Have all that are listed wait for review again, after asking."""
        keys = [*self._rows.keys]
        if not keys:
            return
        count = plural(len(keys), "case")
        chosen = self._wanted()
        said = await asyncio.to_thread(self.read, lambda project: project.drafts.causes(chosen))
        lines = [f"  {number:>6,}  {one_line(cause, 50)}" for cause, number in said[:8]]
        lines += ["", "They wait for review again, with what was said of them. u takes it back."]
        if await self.app.push_screen_wait(ConfirmScreen(f"Restore {count}?", "\n".join(lines), f"Restore {count}")):
            await self._restore(keys)

    async def _restore(self, keys: Sequence[int]) -> None:
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
            return
        decision = Decision(verdict="restored", who=who(), time=now())
        try:
            await self.session.edits.do(deciding(self.session.project.drafts, keys, decision))
        except SyntermError as error:
            self.tell(error)
            return
        self.changed.add("")
        self._restored.append(len(keys))
        self._read()

    async def action_undo(self) -> None:
        """Take the last restoring back."""
        if not self._restored:
            self.notify("nothing to undo here", markup=False)
            return
        try:
            edit = await self.session.edits.undo()
        except SyntermError as error:
            self.tell(error)
            return
        if edit:
            self._restored.pop()
            self.notify(printable(f"undone: {edit.label}"), markup=False)
        self._read()

    @on(Table.Opened)
    def _opened(self) -> None:
        """Show all of the case under the cursor, where the pane below has no room for it."""
        shown = self.query_one("#detail-text", Static).content
        name = self._rows.name(self.table.cursor)
        self.app.push_screen(TextScreen(f"Case {name}", [shown if isinstance(shown, Content) else Content(str(shown))]))

    @work(exit_on_error=False)
    async def action_cause(self) -> None:
        """Choose a reason."""
        chosen = replace(self._wanted(), cause=None)
        found = await asyncio.to_thread(self.read, lambda project: project.drafts.causes(chosen))
        total = sum(count for _, count in found)
        choices = [("", f"{total:>6,}  for any reason"), *((name, f"{count:>6,}  {name}") for name, count in found)]
        cause = await self.app.push_screen_wait(ChooseScreen("Rejected for", choices))
        if cause is not None:
            self._cause = cause or None
            self.table.cursor = 0
            self._read()

    def action_filter(self) -> None:
        """Go to the query."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()
        self.table.cursor = 0
        self._read()

    def action_leave(self) -> None:
        """Out of the query, or out of the screen."""
        entry = self.query_one(Input)
        if entry.has_focus or entry.value:
            entry.value = ""
            self.table.focus()
            self._read()
        else:
            super().action_leave()
