"""From a list of failures to why, where and what next."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType

from synterm.core.case import Case
from synterm.core.distill import Boundary, Failing, Shrunk
from synterm.distill.boundary.choosing import DIMENSIONS
from synterm.text import one_line
from synterm.tui.board.column import Column
from synterm.tui.distill.reading import recorded_of
from synterm.tui.distill.rows import turned
from synterm.tui.distill.text import boundary_text, shrunk_text
from synterm.tui.runs.text import recorded_text
from synterm.tui.screens.distill_acts import ActsScreen
from synterm.tui.screens.distill_around import AroundScreen, Seeds
from synterm.tui.screens.distill_boundary import BoundaryScreen
from synterm.tui.screens.distill_shrink import ShrinkScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.one_key import OneKeyScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.table import Table


class DistillScreen(ActsScreen):
    """What keeps failing, in clusters; looked into failure by failure."""

    CSS_PATH = "distill.tcss"
    heading = "Distill"
    HELP = "Why failures fail, where, and what to do about them."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "shrink", "Shrink", id="distill.shrink", tooltip="The smallest input that still fails"),
        Binding("m", "boundary", "Map", id="distill.boundary", tooltip="Where the verdict flips along a dimension"),
        Binding("v", "around", "Variations", id="distill.around", tooltip="Neighbours that fail too: a new scenario"),
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

    # Looking into failures.

    def action_shrink(self) -> None:
        """Look for the smallest input that still fails, and the nearest that passes."""
        if self.failing and self.run and self.may_edit():
            screen = ShrinkScreen(self.session, self.run.id, self.failing, self._keep, self.do)
            self.app.push_screen(screen, self._back)

    @work(exclusive=True, group="map", exit_on_error=False)
    async def action_boundary(self) -> None:
        """Choose a dimension, and find where the verdict flips along it."""
        failing, run = self.failing, self.run
        if failing is None or run is None or not self.may_edit():
            return
        words = {f"{name}: {explained}": name for name, explained in DIMENSIONS.items() if name != "value"}
        own = "another: value:NAME=a,b,c or noise:fillers"
        note = f"{one_line(failing.input, 200)}\n{DIMENSIONS['value']}"
        picked = await self.app.push_screen_wait(OneKeyScreen("Vary what?", [*words], note=note, own=own))
        if picked is not None:
            along = words.get(picked, picked)
            self.app.push_screen(BoundaryScreen(self.session, run.id, failing, along, self._keep), self._back)

    def _keep(self, found: Shrunk | Boundary) -> None:
        if self.found:
            self.found.keep(found)

    def _back(self, _: None) -> None:
        if self.is_attached and self.found:
            self.show()

    def action_around(self) -> None:
        """Make neighbours of the cluster, or of what is marked; those that fail too become a scenario."""
        if self.run and (seeds := self._seeds()) and self.may_edit():
            self.app.push_screen(AroundScreen(self.session, self.run.id, seeds, self.do), self._back)

    def _seeds(self) -> Seeds | None:
        """The cluster under the variant that most of it fails under; what is marked, or the failure, without one."""
        group = self.group
        if group is None:
            return None
        cluster = None if self.has_marks else group.cluster
        chosen = list(group.failing) if cluster else self.chosen
        if group.cluster is None and self.groups.has_focus and not self.has_marks:
            self.notify("Choose a cluster, or go to a failure: these are too different.", title=self.heading)
            return None
        counts = Counter((one.prompt, one.version, one.model) for one in chosen)
        [(key, _)] = counts.most_common(1)
        same = [one for one in chosen if (one.prompt, one.version, one.model) == key]
        name = cluster.name if cluster else f"near {one_line(same[0].input, 50)}"
        return Seeds(same, name, cluster.id if cluster else "")
