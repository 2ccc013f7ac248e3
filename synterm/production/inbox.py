"""What the inbox shows: traffic by behavior, what no case covers, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.core.case import input_text
from synterm.core.inbox import (
    LOW_CONFIDENCE,
    CallRow,
    InboxBehavior,
    InboxGroup,
    InboxReport,
    InboxScenario,
)
from synterm.core.traffic import LoggedCall
from synterm.core.tree import Tree
from synterm.errors import ModelError
from synterm.production.placings import is_stale
from synterm.production.tally import Tally
from synterm.storage.inbox import Counted
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter

GONE = "(no longer in the tree)"
_PAGE = 500
MOST_READ = 10_000
"""Of more calls than this, a part tells what is typical of them."""


@dataclass(slots=True)
class _Tallies:
    whole: Tally = field(default_factory=Tally)
    uncovered: Tally = field(default_factory=Tally)
    unplaced: Tally = field(default_factory=Tally)
    scenarios: dict[str, Tally] = field(default_factory=dict[str, Tally])


def inbox_report(project: Project, which: TrafficFilter = EVERY_CALL) -> InboxReport:
    """The inbox, of the calls that fit, without clusters. It counts in the file: no call is read."""
    found = _tallied(project.inbox.counted(which))
    tree = project.nodes.tree()
    first, last = project.inbox.span(which)
    logs = project.traffic.logs()
    return InboxReport(
        project=project.name,
        since=which.since,
        until=which.until,
        first=first,
        last=last,
        all=InboxGroup(**_group(found.whole, found.whole)).model_copy(update={"share_ci": None}),
        behaviors=_behaviors(tree, found),
        uncovered=InboxGroup(**_group(found.uncovered, found.whole)),
        clusters=[],
        unplaced=InboxGroup(**_group(found.unplaced, found.whole)),
        logs=logs,
        masked=_summed(log.masked for log in logs),
        stale=_is_stale(project),
    )


def call_row(tree: Tree, call: LoggedCall) -> CallRow:
    """A call as lists tell of it."""
    return CallRow(
        id=call.id,
        served=call.served,
        input=input_text(call.input),
        output=call.output,
        outcome=call.outcome.value,
        model=call.model,
        placing=call.placing,
        path=place_of(tree, call),
        confidence=call.confidence,
        state=call.state,
        weight=call.weight,
    )


def place_of(tree: Tree, call: LoggedCall) -> str:
    """The path of the scenario that a call is placed in; empty where it is in none."""
    if call.placing != "placed":
        return ""
    return tree.path(call.scenario_id) if call.scenario_id in tree else GONE


def some_calls(project: Project, which: TrafficFilter, most: int = MOST_READ) -> list[LoggedCall]:
    """The calls that fit, the newest first; of more than `most` so many, at even distances over time."""
    keys = project.inbox.keys(which)
    count = len(keys)
    return project.inbox.page(keys if count <= most else [keys[at * count // most] for at in range(most)])


def _tallied(rows: Iterable[Counted]) -> _Tallies:
    found = _Tallies()
    for row in rows:
        found.whole.add(row)
        match row.placing:
            case "placed":
                found.scenarios.setdefault(row.scenario_id, Tally()).add(row)
            case "uncovered":
                found.uncovered.add(row)
            case _:
                found.unplaced.add(row)
    return found


def _group(part: Tally, whole: Tally) -> dict[str, Any]:
    share = part.share_of(whole)
    return {
        "calls": part.calls,
        "weight": part.weight,
        "share": share and share[0],
        "share_ci": share and share[1],
        **part.states,
    }


def _placed(part: Tally, whole: Tally) -> dict[str, Any]:
    return {**_group(part, whole), "confidence": part.median, "low": part.below(LOW_CONFIDENCE)}


def _behaviors(tree: Tree, found: _Tallies) -> list[InboxBehavior]:
    by_behavior: dict[str, list[str]] = {}
    for scenario in found.scenarios:
        parent = tree[scenario].parent_id if scenario in tree else None
        by_behavior.setdefault(parent or "", []).append(scenario)
    rows = [_behavior(tree, behavior, scenarios, found) for behavior, scenarios in by_behavior.items()]
    return sorted(rows, key=lambda row: (-row.weight, row.path))


def _behavior(tree: Tree, behavior: str, scenarios: Sequence[str], found: _Tallies) -> InboxBehavior:
    whole = Tally()
    below: list[InboxScenario] = []
    for scenario in scenarios:
        part = found.scenarios[scenario]
        whole.merge(part)
        path = tree.path(scenario) if scenario in tree else GONE
        below.append(InboxScenario(id=scenario, path=path, **_placed(part, found.whole)))
    below.sort(key=lambda row: (-row.weight, row.path))
    path = tree.path(behavior) if behavior else GONE
    return InboxBehavior(id=behavior, path=path, scenarios=below, **_placed(whole, found.whole))


def _is_stale(project: Project) -> bool:
    try:
        return is_stale(project)
    except ModelError:
        return False  # without the extra nothing is placed, which is told of calls that are not


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in counts:
        for kind, number in one.items():
            total[kind] = total.get(kind, 0) + number
    return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))
