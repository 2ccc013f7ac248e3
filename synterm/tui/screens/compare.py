"""Variants side by side: which is best at what and where, what it costs, and which labels it takes for which."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane

from synterm.core.classification import NO_LABEL
from synterm.evaluate.recount import Recount, recount
from synterm.reports.changes import Change
from synterm.reports.leaderboard import Standing, standings
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import one_line
from synterm.tui.compare.board import Turned, turned
from synterm.tui.compare.figures import cost_figure, latency_figure, score_figure
from synterm.tui.compare.leaderboard import Ranked, best_values, board_standings, cells, ranked_columns, table_columns
from synterm.tui.compare.parts import Part, part_cells, part_columns, part_text, parts_of
from synterm.tui.compare.text import cases_of, cases_text, label_text, notes, standing_text
from synterm.tui.runs.line import RunLine
from synterm.tui.runs.rate_plot import short_names
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.plot.heat import HeatMap
from synterm.tui.widgets.plot.plots import Plot
from synterm.tui.widgets.table import Cell, Table

_RUNS = 200
"""How many of the newest runs can be turned to."""
_MOST_ROWS = 16
"""Of more rows, the leaderboard scrolls."""
_TABS = ("leaderboard-tab", "labels-tab", "cost-tab", "scores-tab", "parts-tab")
_NO_RUN = "known of recorded runs only: [ turns to one, ctrl+r in the workbench makes one"


class CompareScreen(PlaceScreen):
    """The variants of one recorded run, or the columns of the workbench as they are."""

    CSS_PATH = "compare.tcss"
    heading = "Compare"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "sort", "Sort", id="compare.sort", tooltip="Sort by the next column"),
        Binding("e", "reference", "Reference", id="compare.reference", tooltip="Hold all against this variant"),
        Binding("left_square_bracket", "turn(1)", "Older run", id="compare.older", tooltip="The run before this one"),
        Binding(
            "right_square_bracket", "turn(-1)", "Newer", id="compare.newer", tooltip="The next run, or the workbench"
        ),
        Binding("v", "next_variant", "Variant", id="compare.variant", tooltip="Go to the next variant"),
        Binding("t", "next_tab", "Tab", id="compare.tab", tooltip="Leaderboard, labels, cost, scores, parts"),
    ]

    table = getters.query_one("#leaderboard", Table)
    parts = getters.query_one("#parts", Table)
    heat = getters.query_one(HeatMap)
    tabs = getters.query_one(TabbedContent)

    def __init__(self, session: Session, run_id: str | None = None) -> None:
        """`run_id`: the run to begin with; None: the newest complete one."""
        super().__init__(session)
        self._run_id = run_id
        self._runs: list[RunRecord] = []
        self._place = -1
        """Which of the runs is shown, the newest first; -1: the workbench's columns."""
        self._counted: Recount | None = None
        self._standings: list[Standing] = []
        self._parts: list[Part] = []
        self._ranked: list[Ranked] = []
        self._best: list[float | None] = []
        self._sorted_by = 0
        self._reference: tuple[str, str] | None = None
        """The key of the variant that the others are held against."""

    def compose_place(self) -> ComposeResult:
        """Five tabs."""
        with TabbedContent():
            with TabPane("Leaderboard", id=_TABS[0]):
                yield Table(id="leaderboard", classes="pane")
                yield Static(id="notes", markup=False)
                yield Plot(id="front")
            with TabPane("Labels", id=_TABS[1]), VerticalScroll(id="labels", can_focus=False):
                yield Static(id="label-of", markup=False)
                yield Static(id="per-label", markup=False)
                yield HeatMap(id="confusion")
            with TabPane("Cost × quality", id=_TABS[2]):
                yield Plot(id="cost")
            with TabPane("Scores", id=_TABS[3]), Horizontal(id="spread"):
                yield Plot(id="scores")
                yield Plot(id="latency")
            with TabPane("Parts", id=_TABS[4]):
                yield Table(id="parts", classes="pane")

    def on_mount(self) -> None:
        """Read which runs there are."""
        self.say("reading …")
        self.table.focus()
        self._load()

    # Reading.

    @work(exclusive=True, group="load", exit_on_error=False)
    async def _load(self) -> None:
        self._runs = await asyncio.to_thread(self.read, lambda project: project.runs.page(None, _RUNS))
        numbers = [number for number, run in enumerate(self._runs) if run.id == self._run_id]
        complete = [number for number, run in enumerate(self._runs) if run.status == "complete"]
        self._place = next(iter([*numbers, *complete]), -1)
        self._turned()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self, run: RunRecord) -> None:
        def work(project: Project) -> tuple[Recount, list[Standing], list[Part]]:
            counted = recount(project, run, self.session.checklist.labels())
            return counted, standings(counted), parts_of(counted.groups())

        self._counted, self._standings, self._parts = await asyncio.to_thread(self.read, work)
        self._reference = next((standing.key for standing in self._standings), None)
        self._show()

    def _hold_board(self, against: tuple[str, str] | None) -> None:
        """Hold the workbench's columns against the one of that key."""
        columns = self.session.board.columns
        reference = next((column for column in columns if column.variant.key == against), None)
        others = [column for column in columns if reference and column.variant.key != against]
        found = [pair for column in others if reference and (pair := turned(reference, column))]
        self._count_board(board_standings(columns, self.session.tree), found, against)

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count_board(
        self, found: list[Standing], pairs: Sequence[Turned], against: tuple[str, str] | None
    ) -> None:
        def work(project: Project) -> dict[tuple[str, str], Change]:
            return {pair.after.variant.key: pair.change(project.cases.named) for pair in pairs}

        changes = await asyncio.to_thread(self.read, work)
        self._standings = [replace(standing, change=changes.get(standing.key)) for standing in found]
        self._reference = against
        self._show()

    @property
    def _run(self) -> RunRecord | None:
        return self._runs[self._place] if self._place >= 0 else None

    def _turned(self) -> None:
        """Another source was chosen."""
        # What is counted of another run must not come up as this one's.
        self.workers.cancel_group(self, "count")
        self._reference = None
        run = self._run
        if run is None:
            self._counted, self._parts = None, []
            # A baseline is no column here: what stands last is the oldest of the versions.
            reference, columns = self.session.board.reference, self.session.board.columns
            keys = [column.variant.key for column in columns]
            known = reference is not None and reference.variant.key in keys
            self._hold_board(reference.variant.key if reference and known else keys[-1] if keys else None)
        else:
            self.say("counting …")
            self._count(run)

    # Showing.

    def _show(self) -> None:
        run = self._run
        line = RunLine(run) if run else None
        self.say(f"run of {line.when}  {line.mark} {line.run.status}" if line else "the workbench as it is now")
        self._ranked = ranked_columns(self._standings)
        self._sorted_by = min(self._sorted_by, len(self._ranked) - 1)
        self._best = best_values(self._standings, self._ranked)
        self._show_table()
        self._show_parts()
        self.query_one("#notes", Static).update(Content("\n").join(notes(self._standings, run)))
        nothing = "no verdict has a cost: nothing to plot yet" if run else _NO_RUN
        for name in ("#cost", "#front"):
            self.query_one(name, Plot).show(cost_figure(self._standings), nothing)
        self.query_one("#scores", Plot).show(score_figure(self._standings), "no scores yet" if run else _NO_RUN)
        self.query_one("#latency", Plot).show(latency_figure(self._standings), "no times yet" if run else "")

    def _show_table(self) -> None:
        rows = sorted(self._standings, key=self._ranked[self._sorted_by].order)
        nothing = "no variants yet: a prompt and a model make one"
        self.table.border_title = Content(f"Leaderboard  {len(rows)}")
        self.table.styles.height = min(len(rows), _MOST_ROWS) + 3
        self.table.show(table_columns(self._ranked, self._sorted_by), rows, self._cells, nothing)
        self._show_labels()

    def _show_parts(self) -> None:
        names = [standing.name for standing in self._standings]
        self.parts.border_title = Content(f"By feature, behavior, scenario and tag  {len(self._parts)}")
        nothing = "nothing was evaluated here" if self._run else _NO_RUN
        columns = part_columns(short_names(names))
        self.parts.show(columns, self._parts, lambda part: part_cells(part, names), nothing)

    def _cells(self, standing: Standing) -> list[Cell]:
        row = cells(standing, self._ranked, self._best)
        unknown = standing.change is None and standing.key != self._reference
        return [*row[:-1], ("–", "dim")] if unknown else row

    @on(LineList.Highlighted, "#leaderboard")
    def _show_labels(self) -> None:
        chosen = self._chosen
        found = chosen.classification if chosen else None
        name = Content.styled(one_line(chosen.name), "bold $text-primary") if chosen else Content("")
        more = "  v turns to the next variant, enter lists the cases of a cell"
        self.query_one("#label-of", Static).update(name + Content.styled(more, "$foreground 65%") if found else name)
        nothing = "no label check has judged anything here" if self._run else _NO_RUN
        self.query_one("#per-label", Static).update(label_text(found) if found else Content(nothing))
        self.heat.display = found is not None
        if found:
            expected = [label for label in found.labels if label != NO_LABEL]
            self.heat.show(found.labels, found.confusion[: len(expected)])

    @property
    def _chosen(self) -> Standing | None:
        return self.table.rows[self.table.cursor] if self.table.rows else None

    # What people do.

    def action_turn(self, by: int) -> None:
        """Turn to an older or a newer run; after the newest comes the workbench."""
        place = max(-1, min(self._place + by, len(self._runs) - 1))
        if place != self._place:
            self._place = place
            self._turned()

    def action_sort(self) -> None:
        """Sort by the next column."""
        if self._ranked:
            self._sorted_by = (self._sorted_by + 1) % len(self._ranked)
            self._show_table()

    @on(Table.HeaderClicked, "#leaderboard")
    def _header(self, event: Table.HeaderClicked) -> None:
        number = event.column - 2
        if 0 <= number < len(self._ranked):
            self._sorted_by = number
            self._show_table()

    def action_reference(self) -> None:
        """Hold all variants against the one under the cursor."""
        chosen = self._chosen
        if chosen and self._counted:
            self._standings, self._reference = standings(self._counted, chosen.key), chosen.key
            self._show()
        elif chosen and self._run is None:
            self._hold_board(chosen.key)

    def action_next_variant(self) -> None:
        """Move to the next variant; after the last comes the first."""
        self.table.cursor = (self.table.cursor + 1) % max(self.table.row_count, 1)

    def action_next_tab(self) -> None:
        """Turn to the next tab."""
        self.tabs.active = _TABS[(_TABS.index(self.tabs.active) + 1) % len(_TABS)]

    @on(TabbedContent.TabActivated)
    def _activated(self) -> None:
        {_TABS[0]: self.table, _TABS[1]: self.heat, _TABS[4]: self.parts}.get(self.tabs.active, self.tabs).focus()

    @on(Table.Opened, "#leaderboard")
    def _opened(self, event: Table.Opened) -> None:
        standing: Standing = event.table.rows[event.index]
        self.app.push_screen(TextScreen(standing.name, standing_text(standing)))

    @on(Table.Opened, "#parts")
    def _part_opened(self, event: Table.Opened) -> None:
        part: Part = event.table.rows[event.index]
        self.app.push_screen(TextScreen(f"{part.by} {part.name}", part_text(part)))

    @on(HeatMap.Opened)
    def _cell_opened(self, event: HeatMap.Opened) -> None:
        chosen, run = self._chosen, self._run
        if chosen and run and chosen.classification:
            labels, counts = chosen.classification.labels, chosen.classification.confusion
            self._list_cases(run.id, chosen, labels[event.row], labels[event.column], counts[event.row][event.column])

    @work(exclusive=True, group="cases", exit_on_error=False)
    async def _list_cases(self, run_id: str, chosen: Standing, expected: str, got: str, total: int) -> None:
        found = await asyncio.to_thread(self.read, lambda project: cases_of(project, run_id, chosen.key, expected, got))
        title = f"{expected} taken for {got}" if expected != got else f"{expected} found"
        self.app.push_screen(TextScreen(f"{title} · {total} under {chosen.name}", cases_text(found, total)))
