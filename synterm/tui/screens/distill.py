"""From a list of failures to why, where and what next."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from synterm.core.case import Case
from synterm.core.distill import Failing, Shrunk
from synterm.text import one_line
from synterm.tui.board.column import Column
from synterm.tui.distill.reading import recorded_of
from synterm.tui.distill.rows import turned
from synterm.tui.distill.text import boundary_text, shrunk_text
from synterm.tui.runs.text import recorded_text
from synterm.tui.screens.distill_deeds import DeedsScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.table import Table


class DistillScreen(DeedsScreen):
    """What keeps failing, in clusters; looked into failure by failure."""

    CSS_PATH = "distill.tcss"
    heading = "Distill"
    HELP = "Why failures fail, where, and what to do about them."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "why", "Why", id="distill.why", show=False, tooltip="Everything about the failure"),
    ]

    @on(Table.Opened, "#failures")
    def _opened(self) -> None:
        self.action_why()

    def action_why(self) -> None:
        """Show everything about the failure under the cursor."""
        if self.failing:
            self._show_why(self.failing)

    @work(exclusive=True, group="why", exit_on_error=False)
    async def _show_why(self, failing: Failing) -> None:
        """As the workbench knows it, where the very column is on its board; else as the run recorded it."""
        case = next(iter(self.session.project.cases.named([failing.case_id])), None)
        column = self._column(failing)
        if case and column and case.content_id == failing.content_id:
            self.app.push_screen(InspectScreen(self.session, case, column, self._ask_again))
            return
        assert self.run
        run_id = self.run.id
        done = await asyncio.to_thread(self.read, lambda project: recorded_of(project, run_id, failing))
        if done is None:
            self.notify("The run does not have this evaluation any more.", title=self.heading)
        else:
            self.app.push_screen(TextScreen(turned(failing), recorded_text(done, failing.behavior)))

    def _column(self, failing: Failing) -> Column | None:
        """The column of the board that it fails in, as long as it has a verdict there."""
        for column in self.session.board.columns:
            variant = column.variant
            if (variant.prompt, variant.version, variant.model.name) == (
                failing.prompt,
                failing.version,
                failing.model,
            ):
                return column if column.cell(failing.case_id) else None
        return None

    def _ask_again(self, case: Case) -> None:
        self.notify(f"R in the workbench asks again about {one_line(case.title, 40)}.", title="Why", markup=False)

    @on(Table.Opened, "#before")
    def _before_opened(self, event: Table.Opened) -> None:
        one = event.table.rows[event.index]
        text = shrunk_text(one) if isinstance(one, Shrunk) else boundary_text(one)
        self.app.push_screen(TextScreen("Found before", [text]))
