"""How scenarios fared run by run, beside their baselines: as a JSON document and as rows for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.evaluation import variant_name
from synterm.core.tree import Tree
from synterm.reports.figures import percent
from synterm.storage.baselines import Baseline
from synterm.storage.project import Project
from synterm.storage.trends import Trend
from synterm.text import one_line

_NONE = "·"


class TrendPoint(BaseModel):
    """A scenario in one run, under the newest variant of that run."""

    run_id: str
    passed: int
    judged: int
    rate: float


class TrendRow(BaseModel):
    """A scenario over the runs that gave verdicts on it, the oldest first."""

    path: str
    runs: list[TrendPoint]
    baselines: dict[str, TrendPoint]
    """By name: of the run that is this scenario's baseline."""


class TrendRun(BaseModel):
    """One of the runs."""

    run_id: str
    started: str
    git_commit: str | None
    variant: str
    """Whose rates these are: the newest variant of that run."""


class TrendList(BaseModel):
    """The last complete runs, the oldest first, and how each scenario fared in them."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.trends/1"] = Field(default="synterm.trends/1", alias="schema")
    runs: list[TrendRun]
    scenarios: list[TrendRow]


def trend_list(project: Project, limit: int) -> TrendList:
    """How the scenarios fared in the last `limit` complete runs, and in their baselines. Raises ProjectError."""
    tree, recent, pins = project.nodes.tree(), project.trends.recent(limit), project.baselines.all()
    pinned = project.trends.of(list({pin.run_id for pin in pins}))
    run_ids = sorted({trend.run_id for trends in recent.values() for trend in trends})
    newest = project.trends.newest(run_ids)
    return TrendList(
        runs=[_run(project, run_id, variant_name(*newest[run_id])) for run_id in run_ids],
        scenarios=list(_scenarios(tree, recent, pins, pinned)),
    )


def _scenarios(
    tree: Tree, recent: dict[str, list[Trend]], pins: Sequence[Baseline], pinned: dict[str, list[Trend]]
) -> Iterator[TrendRow]:
    for scenario in tree.scenarios():
        baselines: dict[str, TrendPoint] = {}
        for name in dict.fromkeys(pin.name for pin in pins):
            own = {pin.scenario_id: pin.run_id for pin in pins if pin.name == name}
            run_id = own.get(scenario.id) or own.get("")
            if trend := next((one for one in pinned.get(scenario.id, ()) if one.run_id == run_id), None):
                baselines[name] = _point(trend)
        yield TrendRow(
            path=tree.path(scenario.id),
            runs=[_point(trend) for trend in recent.get(scenario.id, ())],
            baselines=baselines,
        )


def _run(project: Project, run_id: str, variant: str) -> TrendRun:
    run = project.runs.get(run_id)
    return TrendRun(run_id=run_id, started=run.started, git_commit=run.git_commit, variant=variant)


def _point(trend: Trend) -> TrendPoint:
    return TrendPoint(run_id=trend.run_id, passed=trend.passed, judged=trend.judged, rate=trend.rate)


def trend_rows(listing: TrendList) -> Iterator[list[str]]:
    """A head, and a row for each scenario: its rates run by run, then those of its baselines; ``·`` for no verdict."""
    names = list(dict.fromkeys(name for row in listing.scenarios for name in row.baselines))
    yield ["", *(run.started[5:16].replace("T", " ") for run in listing.runs), *(f"= {name}" for name in names)]
    yield ["", *(one_line(run.variant, 24) for run in listing.runs), *("" for _ in names)]
    for row in listing.scenarios:
        by_run = {point.run_id: point for point in row.runs}
        yield [
            row.path,
            *(_rate(by_run.get(run.run_id)) for run in listing.runs),
            *(_rate(row.baselines.get(name)) for name in names),
        ]


def _rate(point: TrendPoint | None) -> str:
    return percent(point.rate) if point else _NONE
