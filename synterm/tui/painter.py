"""Drawing what changed: cells with every frame, what is slower to make once in a while."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from synterm.core.case import Case
from synterm.text import one_line, printable
from synterm.tui.board.column import Counts, Freshness
from synterm.tui.board.live import Live
from synterm.tui.hints import hints_for
from synterm.tui.session import Session
from synterm.tui.titles import results_summary, results_title
from synterm.tui.widgets.cases import CasesPane
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.grid.header import Heading
from synterm.tui.widgets.prompt.pane import PromptPane
from synterm.tui.widgets.status import LiveState, Status, StatusBar
from synterm.tui.widgets.tree import BehaviorTree

FRAME_SECONDS = 0.05
_SLOW_FRAMES = 5
"""Titles, tree and spinners follow every fifth frame."""


@dataclass(frozen=True, slots=True)
class Panes:
    """The parts of the workbench that show something."""

    status: StatusBar
    behaviors: BehaviorTree
    cases: CasesPane
    prompt: PromptPane
    grid: ResultGrid


class Painter:
    """Shows a session in the panes of the workbench."""

    def __init__(self, panes: Panes, session: Session, live: Live) -> None:
        self._panes = panes
        self._session = session
        self._live = live
        self._dirty: set[str] = set()
        self._unfinished = False
        self._figures_due = False
        self._stale = False
        """Whether any row may say something else."""
        self._first_due = False
        self._frame = 0
        self.state: LiveState = "restricted" if session.standing.restricted else "idle"
        self.reason = ""
        self.everything = False
        """Whether all cases are evaluated, or what live mode takes."""

    def visible_cases(self) -> list[Case]:
        """The cases that the grid has on the screen."""
        rows = self._panes.grid.visible_rows()
        return list(self._session.board.shown[rows.start : rows.stop])

    def chosen_case(self) -> Case | None:
        """The case under the grid's cursor."""
        shown = self._session.board.shown
        return shown[self._panes.grid.cursor] if shown else None

    def set_state(self, state: LiveState, reason: str = "") -> None:
        """Show another state of live mode, and why it is so."""
        self._figures_due = self._figures_due or reason != self.reason
        self.state, self.reason = state, reason
        self._first_due = self._first_due or state == "waiting"
        self.show_status()

    def changed(self, case_id: str) -> None:
        """The row of a case is to be drawn with the next frame."""
        self._dirty.add(case_id)

    def landed(self, case_id: str) -> None:
        """A verdict landed: the first after a change is drawn at once."""
        self.changed(case_id)
        if self._first_due:
            self._first_due = False
            self.draw()

    def edited(self) -> None:
        """The draft says something else: its name is shown with the key, what is stale now with the next frame, the
        figures with a slow one."""
        self._show_prompt_title()
        self._stale = self._figures_due = True

    def settled(self) -> None:
        """Nothing runs any more: the next frame draws it all."""
        self._unfinished = True

    def superseded(self) -> None:
        """What ran was cancelled: no cell is under way any more."""
        self._stale = self._figures_due = True

    def show_scope(self) -> None:
        """Show the cases in scope, arranged as was chosen, and the board of them."""
        self._session.arrange()
        self.show_rows()

    def show_rows(self) -> None:
        """Show the rows as they are arranged; the cursor stays on its case."""
        panes, session = self._panes, self._session
        scope = "all" if session.node_id is None else one_line(session.tree[session.node_id].name, 24)
        panes.cases.list.show(session.shown)
        panes.cases.show_scope(scope, session.all_in_scope, session.problem)
        panes.grid.show(session.board, session.shown.name, Heading(session.arrangement.sort, session.pinned))
        panes.grid.cursor = panes.cases.list.cursor
        self._show_hints()
        self.show_titles()

    def _show_hints(self) -> None:
        panes, hints = self._panes, hints_for(self._session)
        panes.behaviors.hint = hints.behaviors
        panes.cases.list.hint = hints.cases
        panes.prompt.hint = hints.prompt
        panes.grid.hint = hints.results

    def show_titles(self) -> None:
        """Show the words on the frames, the rates in the tree, and the status."""
        panes, session = self._panes, self._session
        self._show_prompt_title()
        # While nothing is known, why nothing comes: on a small screen the line on top has no room for all of it.
        summary = results_summary(session.board) or (one_line(self.reason) if len(session.rows) else "")
        title = results_title(session.board, session.arrangement)
        retitle(panes.grid, Content(printable(title)), Content(printable(summary)))
        flips = {scenario: flips[:2] for scenario, flips in session.board.flips_by_scenario().items()}
        draft = session.board.draft
        before, verdict = (draft.before, draft.verdict) if draft else ({}, None)
        panes.behaviors.show_counts(session.counts(), session.totals, flips, session.roots, before, verdict)
        self.show_status()

    def _show_prompt_title(self) -> None:
        retitle(self._panes.prompt, Content(f"Prompt  {one_line(self._session.prompt_title, 60)}"))

    def show_status(self) -> None:
        """Show the line on top."""
        session, model, draft = self._session, self._session.model, self._session.board.draft
        wanted = self._live.wanted(session.board, draft, self.everything) if draft else 0
        self._panes.status.show(
            Status(
                project=session.project.path.name,
                prompt=f"{session.prompt_title} · {model.name if model else 'no model'}",
                state=self.state,
                reason=self.reason,
                total=max(wanted, draft.counts.fresh) if draft else 0,
                cases=len(session.board.rows),
                counts=draft.counts if draft else Counts(),
                spent=self._live.spent,
                cap=self._live.cap(session.board),
                held_up=session.board.held_up(),
                read_only=session.project.read_only,
                unsaved=session.drafts.problem,
                aside=session.aside,
            )
        )

    def draw(self) -> None:
        """Draw one frame: what changed since the last."""
        running = any(column.running for column in self._session.board.columns)
        if not (self._dirty or self._unfinished or self._figures_due or running):
            return
        self._frame += 1
        slow = self._frame % _SLOW_FRAMES == 0 or self._unfinished
        self._draw_rows(slow)
        if not slow:
            self.show_status()
            return
        if self._unfinished:
            self._panes.grid.settle()
        self._panes.grid.refresh_header()
        self.show_titles()
        self._dirty.clear()
        self._unfinished = self._figures_due = False

    def _draw_rows(self, slow: bool) -> None:
        grid = self._panes.grid
        if slow:
            grid.advance()
        if self._stale:
            self._stale = False
            grid.refresh()
            return
        for index in grid.visible_rows():
            case_id = self._session.board.shown[index].id
            if case_id in self._dirty or self._unfinished or (slow and self._is_running(case_id)):
                grid.refresh_row(index)

    def _is_running(self, case_id: str) -> bool:
        return any(column.freshness(case_id) is Freshness.RUNNING for column in self._session.board.columns)
