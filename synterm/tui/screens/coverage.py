"""What cases cover: behavior by behavior, the holes to fill, and a map of cases by meaning."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual.worker import Worker, get_current_worker  # pyright: ignore[reportUnknownVariableType]

from synterm.core.case import Case, input_text
from synterm.core.coverage import CoverageReport, Hole, MapPoint
from synterm.errors import SyntermError
from synterm.reports.figures import percent
from synterm.text import one_line
from synterm.tui.coverage.counts import count_lines
from synterm.tui.coverage.holes import COLUMNS, filling_words, hole_cells, preset_for
from synterm.tui.coverage.reading import read_coverage
from synterm.tui.coverage.rows import CoverageRow, columns_for, coverage_rows, row_cells
from synterm.tui.coverage.text import about_text, behavior_text, case_note, case_text, headline
from synterm.tui.screens.place import PlaceScreen
from synterm.tui.screens.text import MUTED, TextScreen
from synterm.tui.session import Session
from synterm.tui.widgets.coverage.counts import CountList
from synterm.tui.widgets.coverage.map import CaseMap
from synterm.tui.widgets.coverage.table import BehaviorTable
from synterm.tui.widgets.frame import retitle
from synterm.tui.widgets.line_list import LineList
from synterm.tui.widgets.pane_tabs import PaneTabs
from synterm.tui.widgets.table import Table

_PANES = ("behaviors", "counts", "map", "holes")
_NO_BEHAVIORS = "no behaviors yet: n in the workbench's tree makes one"
_NO_SCENARIO = "there is no scenario to put them in yet: n in the workbench's tree makes one"
_LOOKING = "looking at the cases …"
_NO_HOLES = "no holes: every place has the cases that it wants"
_NARROW = 100
"""Below so many columns, panes are tabs (`PlaceScreen.HORIZONTAL_BREAKPOINTS`)."""
_WORD = 6
"""About as many cells as a word takes."""


class MapPane(Vertical):
    """The map, and the case under its cursor."""

    ALLOW_MAXIMIZE = True

    def compose(self) -> ComposeResult:
        """Map above, case below."""
        yield CaseMap(id="map")
        yield Static(id="case-of", markup=False)
        yield Static(id="case", markup=False)


class CoverageScreen(PlaceScreen):
    """Behaviors on the left with what they have, the map on the right, and below it what is missing."""

    CSS_PATH = "coverage.tcss"
    heading = "Coverage"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "g", "generate", "Generate", id="coverage.generate", tooltip="Make cases for the hole under the cursor"
        ),
        Binding(
            "left_square_bracket", "turn(-1)", "Before", id="coverage.before", show=False, tooltip="The behavior before"
        ),
        Binding("right_square_bracket", "turn(1)", "Next", id="coverage.next", show=False, tooltip="The next behavior"),
        Binding("Q", "review", "Review drafts", id="coverage.review", tooltip="Accept drafts: only then they count"),
        Binding("m", "about", "Meaning", id="coverage.about", tooltip="What the score and the map mean; notes"),
        Binding("z", "zoom", "Zoom", id="coverage.zoom", tooltip="Give the pane the whole screen, or take it back"),
        Binding("1", "pane('behaviors')", "Behaviors", id="coverage.behaviors", show=False, tooltip="The behaviors"),
        Binding(
            "2", "pane('counts')", "Counts", id="coverage.counts", show=False, tooltip="Cases by what they are like"
        ),
        Binding("3", "pane('map')", "Map", id="coverage.map", show=False, tooltip="The map of cases by meaning"),
        Binding("4", "pane('holes')", "Holes", id="coverage.holes", show=False, tooltip="What is missing"),
        Binding("ctrl+r", "reload", "Read again", id="coverage.reload", show=False, tooltip="Look at the cases anew"),
    ]

    behaviors = getters.query_one("#behaviors", BehaviorTable)
    holes = getters.query_one("#holes", BehaviorTable)
    counts = getters.query_one(CountList)
    map = getters.query_one(CaseMap)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.report: CoverageReport | None = None
        """What was found; None until it is."""
        self._rows: list[CoverageRow] = []
        self._by_id: dict[str, CoverageRow] = {}
        self._holes: tuple[Hole, ...] = ()
        self._case: Case | None = None
        self._note = ""
        """Why nothing is shown."""

    def compose_place(self) -> list[Widget]:
        """Tabs for where not all fits; behaviors and counts; map and holes."""
        left = Vertical(
            BehaviorTable(id="behaviors", classes="pane"), CountList(id="counts", classes="pane"), id="left"
        )
        right = Vertical(MapPane(id="map-pane", classes="pane"), BehaviorTable(id="holes", classes="pane"), id="right")
        return [PaneTabs(("Behaviors", "Counts", "Map", "Holes"), id="tabs"), Horizontal(left, right)]

    def on_mount(self) -> None:
        """Look at the cases."""
        self.action_pane("behaviors")
        self._show(_LOOKING)
        # First the screen is drawn: what the thread does takes turns with that.
        self.call_after_refresh(self.action_reload)

    def on_resize(self) -> None:
        """Where the table of behaviors has a tab of its own, the map says which glyph is whose."""
        self.map.name_behaviors(self.size.width < _NARROW)

    # Reading.

    def action_reload(self) -> None:
        """Look at the cases anew; what was found stays until then."""
        self._load()

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def _load(self) -> None:
        worker = cast("Worker[None]", get_current_worker())

        def told(words: str) -> None:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._tell_how_far, words)

        try:
            report = self.read(lambda project: read_coverage(project, told, lambda: worker.is_cancelled))
        except SyntermError as error:
            self.app.call_from_thread(self._failed, error)
        else:
            if report and not worker.is_cancelled:
                self.app.call_from_thread(self._found, report)

    def _tell_how_far(self, words: str) -> None:
        if self.is_attached:
            self.say(words)

    def _failed(self, error: SyntermError) -> None:
        if self.is_attached:
            self._show("the cases could not be looked at: ctrl+r tries again")
            self.tell(error)

    def _found(self, report: CoverageReport) -> None:
        if not self.is_attached:
            return
        chosen = self._chosen
        self.report = report
        self._rows = coverage_rows(report)
        self._by_id = {row.found.node_id: row for row in self._rows}
        self._show("")
        self.behaviors.cursor = next(
            (number for number, row in enumerate(self._rows) if chosen and row.found.node_id == chosen.found.node_id), 0
        )
        self._choose()

    # Showing.

    def _show(self, note: str) -> None:
        """All panes; without a report, `note` says why."""
        self._note = note
        number = {row.found.node_id: row.index for row in self._rows if row.index is not None}
        names = [row.name for row in self._rows if row.index is not None]
        self.behaviors.border_title = Content(f"Behaviors  {len(number):,}" if number else "Behaviors")
        self.behaviors.show(columns_for(self._rows), self._rows, row_cells, note or _NO_BEHAVIORS)
        self.say(headline(self.report) if self.report else note)
        found = self.report.map if self.report else None
        self.map.show(found.points if found else (), number, names, note or self._no_map())
        self._choose()

    def _no_map(self) -> str:
        if self.report is None or not any(each.cases for each in self.report.behaviors):
            return "The map begins with the first accepted cases."
        return "No map: it shows cases by what they mean.\n\npip install 'synterm[analysis]'  lets it find that out"

    @property
    def _chosen(self) -> CoverageRow | None:
        return self._rows[self.behaviors.cursor] if self._rows else None

    @on(LineList.Highlighted, "#behaviors")
    def _choose(self) -> None:
        row = self._chosen
        name = "" if row is None else f"  {row.title}"
        self._holes = row.found.holes if row else ()
        retitle(self.counts, Content(f"Counts{name}"))
        self.counts.show(count_lines(row.found) if row else [], "no accepted cases yet" if row else self._note)
        more = f", the worst of {len(self._holes) + row.found.more_holes:,}" if row and row.found.more_holes else ""
        retitle(self.holes, Content(f"Holes  {len(self._holes):,}{more}{name}" if row else "Holes"))
        self.holes.cursor = 0
        self.holes.show(
            COLUMNS, self._holes, lambda hole: hole_cells(hole, self._by_id), _NO_HOLES if row else self._note
        )
        self._hole_chosen()
        self.map.choose(row.found.node_id if row and row.index is not None else None)

    @property
    def _hole(self) -> Hole | None:
        return self._holes[self.holes.cursor] if self._holes else None

    @on(LineList.Highlighted, "#holes")
    def _hole_chosen(self) -> None:
        hole = self._hole
        retitle(self.holes, subtitle=Content(filling_words(hole) if hole else ""))

    @on(CaseMap.Walked)
    def _walked(self) -> None:
        point, found = self.map.point, self.report and self.report.map
        closer = f"  ×{self.map.view.zoom}" if self.map.view.zoom > 1 else ""
        alone = "  only this behavior" if self.map.alone and self.map.chosen else ""
        shown = f"shows {percent(found.shown)} of the differences" if found else ""
        left_out = f" · {found.left_out:,} cases not drawn" if found and found.left_out else ""
        retitle(self.query_one(MapPane), Content(f"Map{closer}{alone}"), Content(shown + left_out))
        self._case = self._read_case(point.case_id) if point else None
        # Neither changes its size: nothing is laid out anew while the cursor walks.
        self.query_one("#case-of", Static).update(self._case_title(point) if point else "", layout=False)
        self.query_one("#case", Static).update(self._case_lines() if point else "", layout=False)

    def _case_title(self, point: MapPoint) -> Content:
        """Behavior, place among those that stand there, and what is known of the case."""
        row, here = self._by_id.get(point.behavior_id), self.map.here
        also = f" · {here.index(self.map.number) + 1} of {len(here)} here: n" if len(here) > 1 else ""
        name = row.title if row else ""
        known = f"{also} · {case_note(self._case)}" if self._case else also
        return Content.assemble((name, "bold"), (known, MUTED))

    def _case_lines(self) -> Content:
        if self._case is None:
            return Content.styled("this case is gone; ctrl+r looks at the cases anew", MUTED)
        line = self.query_one("#case", Static)
        # A word that has no room on a line leaves some of it empty.
        room = max(line.size.width * line.size.height - _WORD * line.size.height, 40)
        return Content(one_line(input_text(self._case.input), room))

    def _read_case(self, case_id: str) -> Case | None:
        try:
            return next(iter(self.session.project.cases.named([case_id])), None)
        except SyntermError as error:
            self.tell(error)
            return None

    # What people do.

    def action_turn(self, by: int) -> None:
        """Turn to the behavior before or after."""
        self.behaviors.cursor += by

    def action_pane(self, name: str) -> None:
        """Go to a pane; where not all have room, it comes on the screen."""
        for pane in _PANES:
            self.set_class(pane == name, f"-at-{pane}")
        self.query_one(PaneTabs).chosen = _PANES.index(name)
        self.query_one(f"#{name}").focus()

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(_PANES[event.index])

    def action_zoom(self) -> None:
        """Give the pane the whole screen, or take it back."""
        if self.maximized:
            self.minimize()
        elif self.focused:
            self.maximize(self.query_one(MapPane) if self.focused is self.map else self.focused, container=False)

    def action_leave(self) -> None:
        """Give the screen back to all panes, or close it."""
        if self.maximized:
            self.minimize()
        else:
            super().action_leave()

    def action_about(self) -> None:
        """Tell what the score and the map mean, and what could not be looked at."""
        if self.report:
            self.app.push_screen(TextScreen("What cases cover", about_text(self.report)))

    @on(Table.Opened, "#behaviors")
    def _behavior_opened(self) -> None:
        if self._chosen:
            self.app.push_screen(TextScreen(self._chosen.name, behavior_text(self._chosen)))

    @on(CaseMap.Opened)
    def _case_opened(self) -> None:
        if self._case:
            self.app.push_screen(TextScreen("Case", case_text(self._case)))

    @on(Table.Opened, "#holes")
    def _hole_opened(self) -> None:
        self.action_generate()

    def action_generate(self) -> None:
        """Open the Generate screen, filled in for the hole under the cursor."""
        hole = self._hole
        if hole is None:
            why = _LOOKING if self.report is None else _NO_HOLES if self._rows else _NO_BEHAVIORS
            self.notify(why, markup=False)
            return
        if not hole.into:
            self.notify(_NO_SCENARIO, markup=False)
            return
        from synterm.tui.screens.generate import GenerateScreen

        self.app.push_screen(GenerateScreen(self.session, preset_for(hole)), lambda _: self.action_reload())

    def action_review(self) -> None:
        """Decide on the drafts that wait, and look again at what the cases cover."""
        from synterm.tui.screens.draft_review import DraftReviewScreen

        screen = DraftReviewScreen(self.session)

        def back(_: None) -> None:
            if screen.changed:
                self.session.generating.changed(sorted(screen.changed - {""}))
                self.action_reload()

        self.app.push_screen(screen, back)
