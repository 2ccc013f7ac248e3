"""What baselines pin, as a JSON document and as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.tree import Tree
from synterm.reports.figures import percent
from synterm.storage.baselines import Baseline
from synterm.storage.coverage import Coverage
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.text import plural

GONE = "(no longer in the tree)"
_HOUR_S = 3600
_DAY_S = 86_400


class CoverageRow(BaseModel):
    """How many of the project's accepted cases of a split the pinned run has."""

    present: int
    held: int
    same: int
    """Those that say now what they said then."""


class RateRow(BaseModel):
    """A variant of the pinned run, over all that the run evaluated."""

    name: str
    passed: int
    judged: int


class PinRow(BaseModel):
    """A run that is pinned under a name."""

    name: str
    scenario: str | None
    """The path of the one scenario that it is pinned for; None: for all that have none of their own under that name."""
    run_id: str
    started: str
    status: str
    run_by: str
    git_commit: str | None
    pinned: str
    """When: ISO 8601, UTC."""
    pinned_by: str
    cases: dict[str, CoverageRow]
    """By split, of the scenarios that it is pinned for."""
    variants: list[RateRow]


class BaselineList(BaseModel):
    """Baselines by name, of each first the run for all scenarios."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.baselines/1"] = Field(default="synterm.baselines/1", alias="schema")
    baselines: list[PinRow]


def baseline_list(project: Project, pins: Sequence[Baseline]) -> BaselineList:
    """What `pins` pin, and how much of what the project asks today it answers. Raises ProjectError."""
    tree, own = project.nodes.tree(), dict[str, list[str]]()
    for pin in pins:
        if pin.scenario_id:
            own.setdefault(pin.name, []).append(pin.scenario_id)
    return BaselineList(baselines=[_row(project, tree, pin, own.get(pin.name, [])) for pin in pins])


def _row(project: Project, tree: Tree, pin: Baseline, own: Sequence[str]) -> PinRow:
    run = project.runs.get(pin.run_id)
    only = [pin.scenario_id] if pin.scenario_id else None
    held = project.coverage.of_run(run.id, only=only, without=() if only else own)
    return PinRow(
        name=pin.name,
        scenario=scenario_path(tree, pin.scenario_id) if pin.scenario_id else None,
        run_id=run.id,
        started=run.started,
        status=run.status,
        run_by=run.who,
        git_commit=run.git_commit,
        pinned=pin.updated,
        pinned_by=pin.who,
        cases={split: CoverageRow(**asdict(found)) for split, found in held.items()},
        variants=rates(run),
    )


def scenario_path(tree: Tree, scenario_id: str) -> str:
    """The path of a scenario; words for one that is gone."""
    return tree.path(scenario_id) if scenario_id in tree else GONE


def rates(run: RunRecord) -> list[RateRow]:
    """The pass rates that the history keeps of a run; those that are not as synterm writes them are left out."""
    found: object = run.totals.get("variants")
    rows = cast("list[Any]", found) if isinstance(found, list) else []
    return [RateRow(name=one["name"], passed=one["passed"], judged=one["judged"]) for one in rows if _is_rate(one)]


def _is_rate(one: Any) -> bool:
    if not isinstance(one, dict):
        return False
    row = cast("dict[str, Any]", one)
    return isinstance(row.get("name"), str) and all(type(row.get(key)) is int for key in ("passed", "judged"))


def listed(row: PinRow) -> list[str]:
    """A row for people: name and scenario, run, age, who, commit, cases, rates."""
    return [
        row.name if row.scenario is None else f"{row.name} · {row.scenario}",
        row.run_id[-8:],
        age(row.started),
        row.run_by,
        (row.git_commit or "")[:8],
        cases_words(row.cases),
        ", ".join(map(rate_words, row.variants)),
    ]


def described(run: RunRecord) -> str:
    """Which run it is: ``run 8FH3K2QW of 2026-11-28 22:10 (2 days ago) by ann on commit 1a2b3c4d``."""
    parts = [f"run {run.id[-8:]} of {run.started[:16].replace('T', ' ')} ({age(run.started)})"]
    if run.who:
        parts.append(f"by {run.who}")
    if run.git_commit:
        parts.append(f"on commit {run.git_commit[:8]}")
    return " ".join(parts)


def rate_words(rate: RateRow) -> str:
    """``router@v2 · rules 3/4 (75 %)``."""
    share = percent(rate.passed / rate.judged) if rate.judged else "no verdict"
    return f"{rate.name} {rate.passed}/{rate.judged} ({share})"


def cases_words(cases: dict[str, CoverageRow] | dict[str, Coverage]) -> str:
    """``4 of 4 dev cases, 1 of 2 holdout cases (1 has changed since)``; of splits that the run left out, nothing."""
    return ", ".join(_split_words(cases)) or "none of the project's cases"


def _split_words(cases: dict[str, CoverageRow] | dict[str, Coverage]) -> Iterator[str]:
    for split, found in cases.items():
        if found.held:
            changed = found.held - found.same
            words = f"{found.held:,} of {plural(found.present, f'{split} case')}"
            yield words + (f" ({changed:,} changed since)" if changed else "")


def age(started: str) -> str:
    """How long ago: ``now``, ``3 hours ago``, ``12 days ago``; empty for what is no time."""
    try:
        gone = (datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds()
    except (ValueError, TypeError):
        return ""
    if gone < _HOUR_S:
        return f"{plural(int(gone // 60), 'minute')} ago" if gone >= 60 else "now"
    if gone < 2 * _DAY_S:
        return f"{plural(int(gone // _HOUR_S), 'hour')} ago"
    return f"{plural(int(gone // _DAY_S), 'day')} ago"
