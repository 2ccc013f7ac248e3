"""What keeps failing, read and shown: clusters on the left, what is known about the chosen one on the right."""

from __future__ import annotations

from functools import partial
from typing import ClassVar, cast

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static, TabbedContent, TabPane
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from synterm.core.distill import Boundary, Failing, FailureType, Shrunk, Trigger
from synterm.errors import SyntermError
from synterm.evaluate.provenance import who
from synterm.storage.runs import RunRecord
from synterm.text import one_line, plural
from synterm.tui.distill.boundary_plot import boundary_figure
from synterm.tui.distill.edits import clusters_to_keep
from synterm.tui.distill.groups import Found, Group, of_cases
from synterm.tui.distill.reading import Reading, read_report
from synterm.tui.distill.rows import (
    FOUND_COLUMNS,
    failing_cells,
    failing_columns,
    found_cells,
    group_cells,
    group_columns,
    sparkline,
    trigger_cells,
    trigger_columns,
)
from synterm.tui.distill.text import (
    NO_RUN,
    boundary_text,
    failing_text,
    group_text,
    headline,
    keys_of_types,
    nothing_evaluated,
    nothing_fails,
    shrunk_text,
    trigger_text,
)
from synterm.tui.runs.line import RunLine
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import MUTED, TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.plot.plots import Plot
from synterm.tui.widgets.table import Cell, Table

_LONGEST = 600
_NARROW = 100
"""Below so many columns, tables have only what they can't do without."""
TABS = ("failures-tab", "triggers-tab", "found-tab")
_NO_TRIGGERS = "nothing measurable goes with failing more than with passing, or there are too few cases to tell"
_NOTHING_FOUND = "nothing yet: in the failures, s shrinks one to the smallest input that fails, m maps where it flips"


class FoundScreen(PlaceScreen):
    """Reads the report of a run, and shows it."""

    heading = "Distill"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "next_tab", "Tab", id="distill.tab", tooltip="Failures, triggers, what was found before"),
        Binding(
            "f", "next_type", "Type", id="distill.filter", show=False, tooltip="Only failures of the next type, or all"
        ),
        Binding("space", "mark", "Mark", id="distill.mark", show=False, tooltip="Mark the failure, or not"),
        Binding(
            "left_square_bracket", "turn(1)", "Older run", id="distill.older", show=False, tooltip="The run before"
        ),
        Binding(
            "right_square_bracket", "turn(-1)", "Newer run", id="distill.newer", show=False, tooltip="The next run"
        ),
        Binding("ctrl+r", "reload", "Read again", id="distill.reload", show=False, tooltip="Look at the runs anew"),
    ]

    groups = getters.query_one("#groups", Table)
    failures = getters.query_one("#failures", Table)
    triggers = getters.query_one("#triggers", Table)
    before = getters.query_one("#before", Table)
    tabs = getters.query_one(TabbedContent)

    def __init__(self, session: Session, run: str = "last") -> None:
        super().__init__(session)
        self.found: Found | None = None
        """What was found; None until it is, and where there is nothing."""
        self.run: RunRecord | None = None
        self.kind: FailureType | None = None
        """Which type is shown alone."""
        self._wanted = run
        self._marked: set[int] = set()
        self._several = False
        self._shown: list[Group] = []

    def compose_place(self) -> ComposeResult:
        """Groups on the left; on the right what is known about the chosen one."""
        yield Static(id="nothing", markup=False)
        with Horizontal(id="distill"):
            yield Table(id="groups", classes="pane")
            with Vertical(id="about"):
                yield Static(id="group-of", markup=False)
                with TabbedContent():
                    with TabPane("Failures", id=TABS[0]):
                        yield Table(id="failures", classes="pane")
                        yield Static(id="failing-input", markup=False)
                        yield Static(id="failing", markup=False)
                    with TabPane("Triggers", id=TABS[1]):
                        yield Static(
                            "What goes with failing, over all cases of the run. ✓ hardly chance  ~ may be chance",
                            id="triggers-note",
                            markup=False,
                        )
                        yield Table(id="triggers", classes="pane")
                    with TabPane("Found before", id=TABS[2]):
                        yield Table(id="before", classes="pane")
                        yield Static(id="before-text", markup=False)
                        yield Plot(id="before-plot")

    def on_resize(self) -> None:
        """What has room is another matter now."""
        if self.found:
            self.show()

    def on_mount(self) -> None:
        """Look at the runs."""
        self.set_class(True, "-nothing")
        self.say("looking at the runs …")
        # First the screen is drawn: what the thread does takes turns with that.
        self.call_after_refresh(self.action_reload)

    # Reading.

    def action_reload(self) -> None:
        """Look at the runs anew; what was found stays until then."""
        self._load()

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def _load(self) -> None:
        worker = cast("Worker[None]", get_current_worker())

        def told(words: str) -> None:
            self.app.call_from_thread(self._tell_how_far, words)

        try:
            found = self.read(lambda project: read_report(project, self._wanted, told, lambda: worker.is_cancelled))
        except SyntermError as error:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._failed, error)
        else:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._take, found)

    def _tell_how_far(self, words: str) -> None:
        if self.is_attached:
            self.say(words)
            if self.found is None:
                self.query_one("#nothing", Static).update(Content.styled(words, MUTED))

    def _failed(self, error: SyntermError) -> None:
        if self.is_attached:
            self.say("the runs could not be looked at: ctrl+r tries again")
            self.tell(error)

    def _take(self, found: Reading | RunRecord | None) -> None:
        if not self.is_attached:
            return
        self._marked.clear()
        if isinstance(found, Reading):
            self.found, self.run = Found(found.report), found.run
            if self.kind not in self.found.types():
                self.kind = None
            self._keep_clusters(self.found)
        else:
            self.found, self.run = None, found
        self.show()
        if self.found and not self.has_class("-nothing") and not isinstance(self.focused, Table):
            self.groups.focus()

    def _keep_clusters(self, found: Found) -> None:
        """So that they are known again, under the same names, when a later run is looked at."""
        project = self.session.project
        if not project.read_only and (new := clusters_to_keep(project, found, who())):
            project.findings.put(*new)

    def action_turn(self, by: int) -> None:
        """Turn to an older or a newer run."""
        if self.run:
            self._turn(self.run.id, by)

    @work(exclusive=True, group="turn", exit_on_error=False)
    async def _turn(self, run_id: str, by: int) -> None:
        runs = [run.id for run in self.session.project.runs.page(None, 200)]
        at = runs.index(run_id) + by if run_id in runs else 0
        if 0 <= at < len(runs):
            self._wanted = runs[at]
            self._load()
        else:
            self.notify(f"there is no {'older' if by > 0 else 'newer'} run", title=self.heading)

    # Showing.

    def show(self) -> None:
        """Show what is found, as it is now; the cursors stay."""
        when = RunLine(self.run).when if self.run else ""
        report = self.found.report if self.found else None
        is_empty = report is None or not report.failing
        self.set_class(is_empty, "-nothing")
        if is_empty:
            words = nothing_fails(report) if report else nothing_evaluated(when) if self.run else NO_RUN
            self.query_one("#nothing", Static).update(Content(words))
            self.say(f"run of {when}" if self.run else "no run yet")
            return
        assert self.found and report
        self.say(headline(report, when, self.kind or ""))
        self._shown = self.found.groups(self.kind)
        self._several = len({(one.prompt, one.version, one.model) for one in report.failing}) > 1
        clusters = sum(group.cluster is not None for group in self._shown)
        self.groups.border_title = Content(f"Clusters  {clusters}")
        self.groups.border_subtitle = Content(self.kind or "")
        trend = any(sparkline(group.cluster) for group in self._shown)
        cells = partial(group_cells, trend=trend)
        self.groups.show(group_columns(trend=trend), self._shown, cells, "none of this type")
        self.triggers.border_title = Content(f"Triggers  {len(report.triggers)}")
        columns = trigger_columns(narrow=self.size.width < _NARROW)
        self.triggers.show(columns, report.triggers, trigger_cells, _NO_TRIGGERS)
        self._show_group()

    @property
    def group(self) -> Group | None:
        """The chosen group."""
        return self._shown[self.groups.cursor] if self.groups.cursor < len(self._shown) else None

    @property
    def chosen(self) -> list[Failing]:
        """The marked failures; without marks the one under the cursor, or the whole group while the focus is there."""
        group = self.group
        if group is None:
            return []
        if self._marked:
            return [group.failing[at] for at in sorted(self._marked) if at < len(group.failing)]
        if self.groups.has_focus:
            return [*group.failing]
        return [self.failing] if self.failing else []

    @property
    def failing(self) -> Failing | None:
        """The failure under the cursor."""
        rows = self.failures.rows
        return rows[self.failures.cursor] if rows else None

    @on(LineList.Highlighted, "#groups")
    def _other_group(self) -> None:
        self._marked.clear()
        self.failures.cursor = self.before.cursor = 0
        self._show_group()

    def _show_group(self) -> None:
        group = self.group
        assert self.found
        rows = list(group.failing) if group else []
        notes = self.found.report.notes
        self.query_one("#group-of", Static).update(group_text(group, notes) if group else Content(""))
        columns = failing_columns(variants=self._several)
        marked = f"  {len(self._marked)} marked" if self._marked else ""
        self.failures.border_title = Content(
            one_line(f"{group.name if group else 'Failures'}  {len(rows):,}{marked}", 90)
        )
        self.failures.border_subtitle = Content(
            keys_of_types() if self.size.width >= 140 else "1-5 confirm type  c menu  f filter"
        )
        places = {id(one): at for at, one in enumerate(rows)}

        def cells(one: Failing) -> list[Cell]:
            return failing_cells(one, self._marked, places[id(one)], variants=self._several)

        self.failures.show(columns, rows, cells, "none of this type")
        self._show_failing()
        self._show_before(group)

    @on(LineList.Highlighted, "#failures")
    def _show_failing(self) -> None:
        one = self.failing
        self.query_one("#failing-input", Static).update(Content(one_line(one.input, _LONGEST) if one else ""))
        self.query_one("#failing", Static).update(failing_text(one, len(self._marked)) if one else Content(""))

    def _show_before(self, group: Group | None) -> None:
        assert self.found
        rows = of_cases(self.found.findings, group.failing if group else ())
        self.before.border_title = Content(f"Found before  {len(rows)}")
        self.before.show(FOUND_COLUMNS, rows, found_cells, _NOTHING_FOUND)
        self.tabs.get_tab(TABS[2]).label = Content(f"Found before {len(rows)}" if rows else "Found before")
        self._show_finding()

    @on(LineList.Highlighted, "#before")
    def _show_finding(self) -> None:
        rows = self.before.rows
        one: Shrunk | Boundary | None = rows[self.before.cursor] if rows else None
        plot, text = self.query_one("#before-plot", Plot), self.query_one("#before-text", Static)
        plot.display = isinstance(one, Boundary)
        if isinstance(one, Boundary):
            plot.show(boundary_figure(one), "no value was tried")
            text.update(boundary_text(one))
        else:
            text.update(shrunk_text(one) if one else Content(""))

    # Around it.

    def action_next_tab(self) -> None:
        """Turn to the next tab."""
        if not self.has_class("-nothing"):
            self.tabs.active = TABS[(TABS.index(self.tabs.active) + 1) % len(TABS)]

    @on(TabbedContent.TabActivated)
    def _activated(self) -> None:
        if self.found and not self.groups.has_focus:
            [self.failures, self.triggers, self.before][TABS.index(self.tabs.active)].focus()

    def action_next_type(self) -> None:
        """Show failures of the next type only; after the last all of them."""
        if self.found:
            kinds: list[FailureType | None] = [None, *self.found.types()]
            self.kind = kinds[(kinds.index(self.kind) + 1) % len(kinds)] if self.kind in kinds else None
            self._marked.clear()
            self.groups.cursor = self.failures.cursor = 0
            self.show()

    def action_mark(self) -> None:
        """Mark the failure under the cursor, or take its mark away."""
        if self.failing and self.tabs.active == TABS[0]:
            self._marked ^= {self.failures.cursor}
            at = self.failures.cursor
            self._show_group()
            self.failures.cursor = at + 1

    @property
    def has_marks(self) -> bool:
        """Whether failures are marked."""
        return bool(self._marked)

    def forget_marks(self) -> None:
        """Nothing is marked any more."""
        self._marked.clear()

    @on(Table.Opened, "#triggers")
    def _trigger_opened(self, event: Table.Opened) -> None:
        one: Trigger = event.table.rows[event.index]
        self.app.push_screen(TextScreen(f"{one.attribute}: {one.value}", trigger_text(one)))

    @on(Table.Opened, "#groups")
    def _group_opened(self) -> None:
        self.tabs.active = TABS[0]
        self.failures.focus()

    def words_of(self, failing: list[Failing]) -> str:
        """``12 failures``, or the input of a single one."""
        return one_line(failing[0].input, 40) if len(failing) == 1 else plural(len(failing), "failure")
