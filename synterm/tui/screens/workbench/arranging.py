"""What the workbench's screen does about which cases the panes show, in which order, and under which columns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

from textual import on, work

from synterm.evaluate.events import Event
from synterm.text import printable
from synterm.tui.board.arrange import Arrangement, ByRow, Only, arranged
from synterm.tui.board.lineup import Lineup, place_of
from synterm.tui.screens.lineup import LineupScreen, lineup_table
from synterm.tui.screens.workbench.evaluating import EvaluatingScreen
from synterm.tui.widgets.grid.grid import ResultGrid

_AT_ONCE = 20_000
"""So many rows are sorted within a frame or two; more, when nobody asked for it, in a thread."""

_BY_ROW: dict[str, ByRow] = {
    "sort by flips": "flips",
    "sort by expected": "expected",
    "sort by input": "input",
}


class ArrangingScreen(EvaluatingScreen):
    """Sorts and filters by results, and chooses columns. The order stays while one types: it is made anew when a round
    is over, when one asks for it, and for other cases."""

    @on(ResultGrid.Asked)
    def _grid_asked(self, event: ResultGrid.Asked) -> None:
        now, column = self.session.arrangement, event.grid.board.columns[event.grid.column].title
        if event.what == "columns":
            self.action_columns()
        elif event.what == "hold":
            self.action_hold()
        elif event.what == "sort":
            self.rearrange(now.next_by_column(column))
        elif event.what == "sort rows":
            self.rearrange(now.next_by_row())
        elif event.what == "filter":
            self.rearrange(now.next_only(column))
        else:
            self.rearrange(now.toggled(_BY_ROW[event.what]))

    def rearrange(self, arrangement: Arrangement) -> None:
        """Sort and filter in another way; the cursor stays on its case."""
        self.session.arrangement = arrangement
        self.session.arrange()
        self.painter.show_rows()

    def sort_rows(self, by: ByRow) -> None:
        """Sort by this, or no more where it was so."""
        self.rearrange(self.session.arrangement.toggled(by))

    def sort_by_column(self) -> None:
        """Sort by the column under the cursor: failing first, passing first, by answer, no more."""
        if columns := self.session.board.columns:
            self.rearrange(self.session.arrangement.next_by_column(columns[self._grid.column].title))

    def show_only(self, only: Only) -> None:
        """Show only these cases."""
        if columns := self.session.board.columns:
            self.rearrange(replace(self.session.arrangement, only=only, column=columns[self._grid.column].title))

    def arrange_as_added(self) -> None:
        """Show all cases, in the order they were added."""
        self.rearrange(replace(self.session.arrangement, sort=None, only="all"))

    def action_columns(self) -> None:
        """Choose which versions stand on the board, under which models."""
        table = lineup_table(self.session, self._settings.approved_endpoints, self._settings.live_sample)
        if table:
            self.app.push_screen(LineupScreen(table, self.session), self._line_up)

    def action_hold(self) -> None:
        """Hold the draft against the column under the cursor."""
        columns = self.session.board.columns
        if not columns:
            return
        column = columns[self._grid.column]
        if column is self.session.board.draft:
            self.notify("this is the draft itself: choose another column to hold it against", markup=False)
            return
        self.session.line_up(replace(self.session.lineup, reference=place_of(column.variant)))
        self.painter.show_scope()
        self.notify(printable(f"flips are told against {column.title}"), markup=False)

    async def _watch(self, told: AsyncGenerator[Event]) -> None:
        await super()._watch(told)
        if self.painter.state not in ("waiting", "running"):
            self._arrange_settled()

    @property
    def _grid(self) -> ResultGrid:
        return self.query_one(ResultGrid)

    def _line_up(self, lineup: Lineup | None) -> None:
        if lineup is not None:
            self._stop_live()
            self.session.line_up(lineup)
            self.painter.show_scope()
            self._warm()
            self.restart()

    def _arrange_settled(self) -> None:
        """What the order goes by is known now."""
        if self.session.arrangement.plain or self.session.problem:
            return
        if len(self.session.rows) > _AT_ONCE:
            self._arrange_beside()
        else:
            self.session.arrange()
            self.painter.show_rows()

    @work(group="arrange", exclusive=True, exit_on_error=False)
    async def _arrange_beside(self) -> None:
        session = self.session
        board, arrangement, keyed = session.board, session.arrangement, session.keyed()
        keys = await asyncio.to_thread(arranged, keyed, board, arrangement)
        if session.board is board and session.arrangement is arrangement:
            session.show_arranged(keys)
            self.painter.show_rows()
