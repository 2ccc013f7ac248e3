"""The history of a project's runs, as JSON and as lines to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.comparison import Bounds
from synterm.core.production import ProductionReport, production_of
from synterm.reports.figures import dollars, interval, minute, percent, seconds
from synterm.reports.production import production_lines
from synterm.storage.runs import RunRecord
from synterm.text import plural

_SHORT_ID = 8
_SHORT_COMMIT = 7


class PastVariant(BaseModel):
    """One variant of a run."""

    prompt: str
    version: str
    """As it was called then: ``v3``, ``draft`` …"""
    body_id: str
    """What it said, by its content hash."""
    model: str
    passed: int | None = None
    judged: int | None = None
    pass_rate: float | None = None
    pass_rate_ci: Bounds | None = None
    """95 %, over independent cases."""


class PastRun(BaseModel):
    """One run."""

    id: str
    started: str
    ended: str | None
    status: Literal["running", "complete", "incomplete", "interrupted"]
    who: str
    git_commit: str | None
    baselines: list[str]
    """The names that pin it."""
    cases: int
    repeats: int
    variants: list[PastVariant]
    evaluations: int
    errors: int
    wall_s: float | None
    cost_usd: float | None
    versions: dict[str, Any] | None
    """Of synterm, libraries, models, checks (by scenario id) and documents; None for a run of an older synterm."""
    production: ProductionReport | None = None
    """Where it judged production's traffic: its cases are logged calls then."""

    @property
    def size(self) -> str:
        """``106 cases``, ``106 cases × 3``, ``1,204 logged calls``."""
        if self.production:
            return plural(self.cases, "logged call")
        return plural(self.cases, "case") + (f" × {self.repeats}" if self.repeats > 1 else "")


class HistoryDocument(BaseModel):
    """Runs, the newest first."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.history/1"] = Field(default="synterm.history/1", alias="schema")
    runs: list[PastRun]


def past_run(run: RunRecord, pinned: Mapping[str, Sequence[str]]) -> PastRun:
    """A run as its record tells of it; `pinned` has the baselines of runs, by their ids."""
    config, totals = run.config, run.totals
    versions = config.get("versions")
    rates = _objects(totals.get("variants"))
    named = _objects(config.get("variants"))
    return PastRun(
        id=run.id,
        started=run.started,
        ended=run.ended,
        status=run.status,
        who=run.who,
        git_commit=run.git_commit,
        baselines=list(pinned.get(run.id, ())),
        cases=int(_number(config.get("cases")) or 0),
        repeats=int(_number(config.get("repeats")) or 1),
        variants=[_variant(one, rates[at] if at < len(rates) else {}) for at, one in enumerate(named)],
        evaluations=int(_number(totals.get("evaluations")) or 0),
        errors=int(_number(totals.get("errors")) or 0),
        wall_s=_number(totals.get("wall_s")),
        cost_usd=_number(totals.get("cost_usd")),
        versions={**dict(_pairs(versions)), "checks": dict(_pairs(config.get("checks")))} if versions else None,
        production=production_of(config),
    )


def history_lines(runs: Iterable[PastRun]) -> Iterator[str]:
    """Two lines or more for each run: what it was, then each of its variants."""
    for run in runs:
        commit = f"  {run.git_commit[:_SHORT_COMMIT]}" if run.git_commit else ""
        pinned = f"  = {', '.join(run.baselines)}" if run.baselines else ""
        cost = "" if run.cost_usd is None else f"  {dollars(run.cost_usd)}"
        errors = f"  {plural(run.errors, 'error')}" if run.errors else ""
        status = "" if run.status == "complete" else f"  {run.status}"
        head = f"{run.id[-_SHORT_ID:]}  {minute(run.started)}  {run.who}{commit}  {run.size}"
        yield f"{head}{cost}{errors}{status}{pinned}"
        width = max((len(_name(one)) for one in run.variants), default=0)
        for one in run.variants:
            yield f"          {_name(one):<{width}}  {percent(one.pass_rate):>5}  {interval(one.pass_rate_ci)}".rstrip()


def run_facts(run: PastRun, paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """All that is known of a run, as pairs of a name and a text; `paths` has those of scenarios, by their ids."""
    yield "run", run.id
    yield "when", f"{run.started} to {run.ended or 'it did not end'}"
    yield "status", run.status + (f", pinned as {', '.join(run.baselines)}" if run.baselines else "")
    yield "who", run.who or "not known"
    yield "git commit", run.git_commit or "not in a git repository"
    size = run.size if run.production else f"{plural(run.cases, 'case')} × {plural(run.repeats, 'repeat')}"
    yield "size", f"{size}, {plural(run.evaluations, 'evaluation')}"
    if run.production:
        yield from (("traffic", line) for line in production_lines(run.production))
    if run.wall_s is not None:
        yield "took", f"{seconds(run.wall_s)}, {dollars(run.cost_usd or 0.0)}"
    for one in run.variants:
        rate = f"{percent(one.pass_rate)} {interval(one.pass_rate_ci)}".strip()
        yield "variant", f"{_name(one)}: {rate}, prompt {one.body_id[:12]}"
    yield from _versions(run.versions, paths)


def _versions(versions: Mapping[str, Any] | None, paths: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if versions is None:
        yield "versions", "not recorded: made by an older synterm"
        return
    libraries = [f"{name} {number}" for name, number in _pairs(versions.get("libraries"))]
    yield "made with", ", ".join([f"synterm {versions.get('synterm')}", f"Python {versions.get('python')}", *libraries])
    for name, model in _pairs(versions.get("models")):
        found = dict(_pairs(model))
        yield "model", f"{name}: {found.get('model')}, settings {found.get('digest')}"
    scenarios: dict[str, list[str]] = {}
    for scenario_id, digest in _pairs(versions.get("checks")):
        scenarios.setdefault(str(digest), []).append(paths.get(scenario_id, "a scenario that is gone"))
    for digest, found in scenarios.items():
        yield "checks", f"{digest}: {', '.join(found) if len(scenarios) > 1 else 'of all scenarios'}"
    if documents := versions.get("documents"):
        yield "documents", str(documents)


def _variant(named: Mapping[str, Any], found: Mapping[str, Any]) -> PastVariant:
    passed, judged = _number(found.get("passed")), _number(found.get("judged"))
    plain = passed / judged if passed is not None and judged else None
    return PastVariant(
        prompt=str(named.get("prompt", "")),
        version=str(named.get("version", "")),
        body_id=str(named.get("body", "")),
        model=str(named.get("model", "")),
        passed=None if passed is None else int(passed),
        judged=None if judged is None else int(judged),
        # Of a weighted sample of traffic the rate is an estimate, and no longer passes out of verdicts.
        pass_rate=_number(found.get("rate", plain)),
        pass_rate_ci=_bounds(found.get("interval")),
    )


def _name(one: PastVariant) -> str:
    return f"{one.prompt}@{one.version} · {one.model}"


def _objects(value: object) -> list[Mapping[str, Any]]:
    items = cast("list[object]", value) if isinstance(value, list) else []
    return [cast("Mapping[str, Any]", item) for item in items if isinstance(item, dict)]


def _pairs(value: object) -> list[tuple[str, Any]]:
    return list(cast("dict[str, Any]", value).items()) if isinstance(value, dict) else []


def _number(value: object) -> float | None:
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _bounds(value: object) -> Bounds | None:
    items = [_number(item) for item in cast("list[object]", value)] if isinstance(value, list) else []
    match items:
        case [low, high] if low is not None and high is not None:
            return low, high
        case _:
            return None
