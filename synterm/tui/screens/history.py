"""The history: every recorded run, what it found, and how the pass rate went over runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import ClassVar, cast

from textual import getters, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from synterm.core.comparison import CompareReport
from synterm.errors import SyntermError
from synterm.evaluate.compare.chosen import chosen_run
from synterm.evaluate.compare.report import compare
from synterm.evaluate.recount import recount
from synterm.evaluate.report import build_report
from synterm.evaluate.run import was_cut_short
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import plural, printable
from synterm.tui.edits import Edit
from synterm.tui.pinning import PIN_NOTE, check_run, name_field, pinning, pins_by_run, unpinning
from synterm.tui.runs.compared import compared_text
from synterm.tui.runs.line import RunLine
from synterm.tui.runs.rate_plot import rate_plot
from synterm.tui.runs.table import COLUMNS, config_text, run_cells, what_goes
from synterm.tui.runs.text import report_text
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import FormScreen, Values
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.run import RunScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.plot.plots import Plot
from synterm.tui.widgets.table import Cell, Table

_PAGE = 500
_PAUSE = 0.08
"""Seconds that the cursor must rest on a run before its evaluations are counted."""
_EMPTY = "no runs yet: ctrl+r in the workbench records one of what is on its board, as does `synterm run FILE`"


class HistoryScreen(PlaceScreen):
    """Runs, the newest first; the one under the cursor in detail below."""

    CSS_PATH = "history.tcss"
    heading = "History"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="history.mark", tooltip="Mark the run, to compare it with another"),
        Binding("c", "compare", "Compare", id="history.compare", tooltip="What changed between the two marked runs"),
        Binding(
            "C", "leaderboard", "Variants", id="history.leaderboard", tooltip="The variants of this run side by side"
        ),
        Binding("b", "pin", "Baseline", id="history.pin", tooltip="Pin the run, to hold others against it"),
        Binding("B", "unpin", "Unpin", id="history.unpin", show=False, tooltip="Unpin the run; it stays"),
        Binding("delete", "remove", "Remove", id="history.remove", tooltip="Remove the run, after asking"),
        Binding("slash", "filter", "Filter", id="history.filter", tooltip="Find runs by date, name, commit or prompt"),
        Binding(
            "p", "toggle_plot", "Plot", id="history.plot", show=False, tooltip="Detail or plot, where both don't fit"
        ),
        Binding("ctrl+r", "reload", "Read again", id="history.reload", show=False, tooltip="Look for new runs"),
    ]

    table = getters.query_one(Table)
    plot = getters.query_one(Plot)

    def compose_place(self) -> list[Widget]:
        """The filter, the runs, and below them detail and plot."""
        detail = VerticalScroll(Static(id="found", markup=False), id="detail", classes="pane")
        plot = Plot(id="rates")
        plot.add_class("pane")
        return [
            Input(
                placeholder="/ filter   2026-11 dana haiku incomplete",
                id="history-filter",
                classes="filter",
                compact=True,
            ),
            Table(id="runs", classes="pane"),
            Horizontal(detail, plot, id="below"),
        ]

    def on_mount(self) -> None:
        """Read the runs."""
        self._lines: list[RunLine] = []
        self._shown: list[RunLine] = []
        self._marked: list[str] = []
        self._pins: dict[str, list[str]] = {}
        self.table.focus()
        self.action_reload()

    # Reading.

    def action_reload(self) -> None:
        """Read the runs again."""
        self._lines = []
        self._pins = pins_by_run(self.session.project.baselines.all())
        self._show("reading …")
        self._load()

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def _load(self) -> None:
        worker = cast("Worker[None]", get_current_worker())

        def pages(project: Project) -> None:
            before: str | None = None
            while (page := project.runs.page(before, _PAGE)) and not worker.is_cancelled:
                self.app.call_from_thread(self._add, [RunLine(run) for run in page])
                before = page[-1].id

        self.read(pages)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._loaded)

    def _add(self, lines: list[RunLine]) -> None:
        first = not self._lines
        self._lines += lines
        self._show("reading …")
        if first:
            self._detail()

    def _loaded(self) -> None:
        self._show("")
        self._detail()

    # Showing.

    def _show(self, note: str) -> None:
        words = self.query_one(Input).value.casefold().split()
        self._shown = [line for line in self._lines if all(word in line.text for word in words)]
        nothing = "no run fits the filter" if self._lines else note or _EMPTY
        self.table.show(COLUMNS, self._shown, self._cells, nothing)
        self.table.border_title = Content(f"Runs  {len(self._shown):,}" + (" fit" if words else ""))
        self.table.border_subtitle = Content(self._marks())
        self.say(note)
        self._plot()

    def _marks(self) -> str:
        if not self._marked:
            return ""
        return "1 marked; space marks another" if len(self._marked) == 1 else "2 marked: c compares them"

    def _cells(self, line: RunLine) -> list[Cell]:
        return run_cells(line, self._pins.get(line.run.id, ()), marked=line.run.id in self._marked)

    @property
    def _chosen(self) -> RunLine | None:
        return self._shown[self.table.cursor] if self._shown else None

    def _plot(self) -> None:
        chosen = self._chosen
        figure = rate_plot(self._shown, chosen.run.id if chosen else None)
        self.plot.border_title = Content("Over runs")
        self.plot.show(figure, "the plot begins with the first run that has verdicts")

    @on(LineList.Highlighted)
    def _detail(self) -> None:
        chosen = self._chosen
        self.query_one("#detail").border_title = Content("Run" if chosen is None else f"Run  {chosen.when}")
        self._say_found(self._config(chosen) if chosen else [Content(_EMPTY)] if not self._lines else [])
        self._plot()
        if chosen:
            self._count(chosen)

    def _config(self, line: RunLine) -> list[Content]:
        return config_text(line, self._pins.get(line.run.id, ()))

    def _say_found(self, parts: Iterable[Content]) -> None:
        self.query_one("#found", Static).update(Content("\n").join(parts))

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self, line: RunLine) -> None:
        await asyncio.sleep(_PAUSE)
        counted = partial(recount, run=line.run, labels=self.session.checklist.labels())
        found = await asyncio.to_thread(self.read, counted)
        report = build_report(found.result, run_id=line.run.id, project="")
        width = self.query_one("#found").size.width
        if line is self._chosen:
            made = "" if report.variants else "no evaluation was recorded"
            self._say_found([*self._config(line), Content(made), *report_text(report, width)])

    # What people do.

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self.table.cursor = 0
        self._show("")
        self._detail()

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.table.focus()

    def action_filter(self) -> None:
        """Go to the filter."""
        self.query_one(Input).focus()

    def action_leave(self) -> None:
        """Out of the filter, or out of the screen."""
        entry = self.query_one(Input)
        if entry.has_focus or entry.value:
            entry.value = ""
            self.table.focus()
        else:
            super().action_leave()

    def action_toggle_plot(self) -> None:
        """Show the plot in place of the detail, or the other way round."""
        self.toggle_class("-plot")

    @on(Table.Opened)
    def _opened(self, event: Table.Opened) -> None:
        self.app.push_screen(RunScreen(self.session, self._shown[event.index]))

    def action_leaderboard(self) -> None:
        """Show the variants of the run side by side."""
        if self._chosen:
            from synterm.tui.screens.compare import CompareScreen

            self.app.push_screen(CompareScreen(self.session, self._chosen.run.id))

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; a third mark replaces the oldest."""
        if self._chosen is None:
            return
        run_id = self._chosen.run.id
        if run_id in self._marked:
            self._marked.remove(run_id)
        else:
            self._marked = [*self._marked[-1:], run_id]
        self.table.refresh()
        self.table.border_subtitle = Content(self._marks())

    def action_compare(self) -> None:
        """Compare the two marked runs."""
        marked = [line.run for line in self._lines if line.run.id in self._marked]
        if len(marked) < 2:
            self.notify("space marks a run; mark two to compare them", markup=False)
        else:
            self._compare(marked[1], marked[0])

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self, before: RunRecord, after: RunRecord) -> None:
        self.say("comparing …")

        def work(project: Project) -> CompareReport:
            return compare(chosen_run(project, before, before.id[-8:]), chosen_run(project, after, after.id[-8:]))

        report = await asyncio.to_thread(self.read, work)
        self.say("")
        title = f"Run {RunLine(before).when}  →  run {RunLine(after).when}"
        # As wide as that screen's text is.
        width = min(int(self.size.width * 0.9), 116) - 6
        self.app.push_screen(TextScreen(title, compared_text(report, width)))

    @work(exit_on_error=False)
    async def action_pin(self) -> None:
        """Pin the run under the cursor under a name."""
        line, project = self._chosen, self.session.project
        if line is None or not self._may_edit():
            return
        try:
            await asyncio.to_thread(self.read, partial(check_run, run=line.run))
        except SyntermError as error:
            self.tell(error)
            return

        async def save(values: Values) -> None:
            await self._edit(pinning(project, values["name"], line.run))

        fields = [name_field(project.baselines.names())]
        await self.app.push_screen_wait(FormScreen(f"Pin the run of {line.when}", fields, save, PIN_NOTE))

    @work(exit_on_error=False)
    async def action_unpin(self) -> None:
        """Unpin the run under the cursor; asks which baseline is meant where it is several."""
        project = self.session.project
        run_id = self._chosen.run.id if self._chosen else ""
        names = project.baselines.of_run(run_id)
        if not names:
            self.notify("this run is not pinned; b pins it", markup=False)
            return
        if not self._may_edit():
            return
        name: str | None = names[0]
        if len(names) > 1:
            name = await self.app.push_screen_wait(ChooseScreen("Unpin", [(one, one) for one in names]))
        if name is not None:
            try:
                await self._edit(unpinning(project, name))
            except SyntermError as error:
                self.tell(error)

    async def _edit(self, edit: Edit) -> None:
        await self.session.edits.do(edit)
        self.notify(f"{edit.label}; u in the workbench takes it back", markup=False)
        self._pins = pins_by_run(self.session.project.baselines.all())
        self._show("")
        self._detail()

    def _may_edit(self) -> bool:
        if self.session.project.read_only:
            self.notify("The project file is read-only. Copy it to where you may write.", severity="warning")
        return not self.session.project.read_only

    @work(exit_on_error=False)
    async def action_remove(self) -> None:
        """Remove the run under the cursor, after asking."""
        line = self._chosen
        if line is None:
            return
        if pins := self._pins.get(line.run.id):
            words = f"this run is pinned as the baseline {', '.join(pins)}: B unpins it, then it can be removed"
            self.notify(printable(words), severity="warning", markup=False)
            return
        if line.run.status == "running" and not was_cut_short(line.run):
            self.notify("this run is still under way: stop it first", severity="warning", markup=False)
            return
        if await self.app.push_screen_wait(ConfirmScreen("Remove this run?", what_goes(line), "Remove it")):
            await self._remove(line)

    async def _remove(self, line: RunLine) -> None:
        try:
            count = await asyncio.wrap_future(self.session.project.runs.remove(line.run.id))
        except SyntermError as error:
            self.tell(error)
            return
        self._lines.remove(line)
        self._marked = [run_id for run_id in self._marked if run_id != line.run.id]
        self._show("")
        self._detail()
        self.notify(printable(f"removed the run of {line.when} with {plural(count, 'verdict')}"), markup=False)
