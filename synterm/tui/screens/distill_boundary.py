"""Where a verdict flips along one dimension, plotted while values are tried."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from synterm.core.distill import Boundary, Failing, Step
from synterm.core.evaluation import Variant
from synterm.distill.boundary.choosing import read_dimension
from synterm.distill.boundary.search import REQUESTS, boundary_finding, find_boundary
from synterm.distill.probing import Prober
from synterm.evaluate.provenance import who
from synterm.text import one_line, printable
from synterm.tui.distill.boundary_plot import boundary_figure
from synterm.tui.distill.reading import variant_words
from synterm.tui.screens.distill_probe import ProbeScreen
from synterm.tui.screens.distill_shrink import start_of
from synterm.tui.session import Session
from synterm.tui.widgets.plot.plots import Plot
from synterm.tui.widgets.table import Cell, Table, TableColumn

_COLUMNS = (
    TableColumn(" ", 1),
    TableColumn("value"),
    TableColumn("passes", 7, right=True),
    TableColumn("got", 16, rank=1),
)


class BoundaryScreen(ProbeScreen):
    """Tries values of a dimension, and halves the gaps where the verdict turns."""

    DEFAULT_CSS = """
    BoundaryScreen {
        & #words { height: auto; max-height: 3; padding: 1 1 0 1; text-style: bold; }
        & #mapped { height: 1fr; }
        & Plot { width: 3fr; }
        & #steps { width: 2fr; }
    }
    """

    def __init__(
        self, session: Session, run_id: str, failing: Failing, along: str, keep: Callable[[Boundary], None]
    ) -> None:
        """`along`: the dimension as people write it; `keep` takes what was found."""
        super().__init__(session, f"Boundary along {along} · {variant_words(failing)}")
        self.boundary: Boundary | None = None
        self.most = REQUESTS
        self._run_id = run_id
        self._failing = failing
        self._along = along
        self._keep = keep
        self._variant: Variant | None = None
        self._drawn: Boundary | None = None

    def body(self) -> list[Widget]:
        """The words, the plot, and the values."""
        return [Static(id="words", markup=False), Horizontal(Plot(), Table(id="steps"), id="mapped")]

    async def work_on(self) -> str:
        """Look for the boundary, and keep what was found."""
        start = await self.look(lambda project: start_of(project, self._run_id, self._failing))
        self._variant = start.variant
        dimension = await self.look(lambda project: read_dimension(project, start.case, start.variant, self._along))
        await self.ready(start.variant)
        live, project = self.session.generating.live, self.session.project
        limits = live.limits_of_a_run()

        def probers(variant: Variant) -> Prober:
            return Prober(project, live.traffic, variant, limits, self.watch_event)

        found = await find_boundary(probers, start.variant, start.case, dimension, most=self.most, watch=self._tried)
        self.boundary = found
        self._store(found)
        return found.ended

    def _tried(self, found: Boundary) -> None:
        self.boundary = found

    def stopped(self) -> None:
        """The values that were tried are kept."""
        if self.boundary and self.boundary.ended == "looking":
            self.boundary = self.boundary.model_copy(update={"ended": "stopped"})
            self._store(self.boundary)

    def _store(self, found: Boundary) -> None:
        if found.steps and self._variant:
            self.session.project.findings.put(boundary_finding(found, self._variant, who()))
            self._keep(found)

    def draw_found(self) -> None:
        """The plot, and the values beside it."""
        found = self.boundary
        if found is None or found is self._drawn:
            if found is None:
                self.query_one("#words", Static).update(Content(one_line(self._failing.input, 300)))
            return
        self._drawn = found
        self.query_one("#words", Static).update(Content(printable(found.words)))
        self.query_one(Plot).show(boundary_figure(found), "no value has a verdict yet")
        self.query_one("#steps", Table).show(_COLUMNS, found.steps, step_cells, "no value was tried yet")


def step_cells(step: Step) -> list[Cell]:
    """One value, and what became of it."""
    tried = step.tried
    judged = tried.passed + tried.failed
    passes = 2 * tried.passed >= judged
    mark: Cell = ("!", "error") if not judged else ("✓", "pass") if passes else ("✗", "fail")
    return [mark, (step.label, ""), (f"{tried.passed}/{judged}", "dim"), (one_line(tried.got, 60), "dim")]
