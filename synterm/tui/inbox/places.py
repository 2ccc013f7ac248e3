"""Where traffic is, as rows: behaviors, clusters of what no case covers, and what is in none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from synterm.core.inbox import InboxBehavior, InboxCluster, InboxGroup, InboxReport, PlacedGroup
from synterm.core.traffic import TrafficState
from synterm.production.uncovered import Uncovered
from synterm.reports.figures import percent
from synterm.reports.inbox import share_bar
from synterm.storage.traffic import TrafficFilter
from synterm.text import one_line
from synterm.tui.widgets.table import Cell, TableColumn

PlaceKind = Literal["all", "behavior", "scenario", "uncovered", "cluster", "unplaced"]
_BAR = 6

COLUMNS = (
    TableColumn("behavior"),
    TableColumn("share", 5, right=True),
    TableColumn("", _BAR, rank=1),
    TableColumn("sure", 4, right=True, rank=2),
    TableColumn("new", 6, right=True),
    TableColumn("calls", 7, right=True, rank=3),
)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One row."""

    kind: PlaceKind
    key: str
    """What tells it from others, and is the same when the inbox is read anew."""
    name: str
    """What it is called."""
    group: InboxGroup
    most: float
    """The largest share of all rows."""
    path: str = ""
    """Of the behavior or the scenario."""
    scenario_ids: tuple[str, ...] = ()
    call_ids: tuple[str, ...] = ()
    number: int = 0
    """Of a cluster."""

    @property
    def title(self) -> str:
        """The name as it stands in the list."""
        match self.kind:
            case "cluster":
                return f"└ {self.number}  {self.name}"
            case "scenario":
                return f"└ {self.name}"
            case _:
                return self.name

    def narrowed(self, which: TrafficFilter) -> TrafficFilter:
        """Those of the calls that are here."""
        match self.kind:
            case "behavior" | "scenario":
                return replace(which, placings=("placed",), scenario_ids=self.scenario_ids)
            case "uncovered":
                return replace(which, placings=("uncovered",))
            case "cluster":
                return replace(which, ids=self.call_ids)
            case "unplaced":
                return replace(which, placings=("unplaced",))
            case _:
                return which

    def holds(self, scenario_id: str, call_id: str, placing: str) -> bool:
        """Whether a call is counted here."""
        match self.kind:
            case "behavior" | "scenario":
                return placing == "placed" and scenario_id in self.scenario_ids
            case "cluster":
                return call_id in self.call_ids
            case "all":
                return True
            case _:
                return placing == self.kind

    def moved(self, before: TrafficState, now: TrafficState, calls: int) -> None:
        """Some of its calls are in another state now."""
        setattr(self.group, before, getattr(self.group, before) - calls)
        setattr(self.group, now, getattr(self.group, now) + calls)


def place_rows(report: InboxReport, clusters: Uncovered | None) -> list[PlaceRow]:
    """All rows, the most traffic first; clusters below what is uncovered."""
    groups = [*report.behaviors, report.uncovered, report.unplaced]
    most = max((group.share or 0.0 for group in groups), default=0.0)
    rows = [PlaceRow("all", "all", "all traffic", report.all, 1.0)]
    for behavior in report.behaviors:
        rows += _behavior(behavior, most)
    if report.uncovered.calls:
        rows.append(PlaceRow("uncovered", "uncovered", "uncovered: like no case", report.uncovered, most))
        rows += _clusters(report.clusters, clusters, most)
    if report.unplaced.calls:
        rows.append(PlaceRow("unplaced", "unplaced", "not placed yet", report.unplaced, most))
    return rows if report.all.calls else []


def place_cells(row: PlaceRow) -> Sequence[Cell]:
    """One row of the table."""
    group = row.group
    sure = group.confidence if isinstance(group, PlacedGroup) else None
    bar = "" if row.kind == "all" else share_bar(group.share, row.most, _BAR)
    return [
        (row.title, _INKS.get(row.kind, "") if group.new else "dim"),
        (percent(group.share), "" if group.new else "dim"),
        (bar, "bar" if group.new else "dim"),
        ("" if sure is None else f"{sure:.2f}", "dim"),
        (f"{group.new:,}" if group.new else "✓", "" if group.new else "pass"),
        (f"{group.calls:,}", "dim"),
    ]


_INKS: dict[PlaceKind, str] = {"uncovered": "error", "unplaced": "error", "scenario": "dim", "all": "accent"}


def _behavior(behavior: InboxBehavior, most: float) -> Iterator[PlaceRow]:
    ids = tuple(one.id for one in behavior.scenarios)
    yield PlaceRow("behavior", f"b{behavior.id}", behavior.path, behavior, most, behavior.path, ids)
    if len(behavior.scenarios) > 1:
        for one in behavior.scenarios:
            name = one.path.rpartition("/")[2]
            yield PlaceRow("scenario", f"s{one.id}", name, one, most, one.path, (one.id,))


def _clusters(found: Sequence[InboxCluster], clusters: Uncovered | None, most: float) -> Iterator[PlaceRow]:
    calls = {one.id: one.call_ids for one in clusters.clusters} if clusters else {}
    for at, one in enumerate(found, 1):
        ids = calls.get(one.id, ())
        yield PlaceRow("cluster", f"c{one.id}", one_line(one.name, 80), one, most, call_ids=ids, number=at)
