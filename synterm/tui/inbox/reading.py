"""What the screen of the inbox reads, in threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from synterm.checks.base import Check
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.inbox import InboxReport
from synterm.core.traffic import LoggedCall
from synterm.core.tree import Tree
from synterm.errors import SyntermError
from synterm.production.candidate import Candidate, candidate_of
from synterm.production.inbox import inbox_report, place_of
from synterm.production.inbox_clusters import with_clusters
from synterm.production.uncovered import Uncovered, uncovered
from synterm.storage.project import Project
from synterm.storage.runs import PastVerdict
from synterm.storage.traffic import TrafficFilter


@dataclass(frozen=True, slots=True)
class Looked:
    """Traffic as it was counted."""

    report: InboxReport
    tree: Tree
    clusters: Uncovered | None
    """None until somebody looked for them."""


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a call besides itself."""

    path: str
    nearest: Case | None
    candidate: Candidate | None
    verdicts: Sequence[PastVerdict]


def look(project: Project, which: TrafficFilter) -> Looked:
    """Count the traffic that fits."""
    return Looked(inbox_report(project, which), project.nodes.tree(), None)


def look_closer(project: Project, which: TrafficFilter, found: Looked, told: Callable[[str], None]) -> Looked:
    """The same with what is uncovered in clusters. Takes seconds where that is much; `told` hears how far it is."""
    clusters = uncovered(project, which, told)
    return replace(found, report=with_clusters(project, which, found.report, clusters), clusters=clusters)


def about(project: Project, tree: Tree, call: LoggedCall) -> About:
    """What is known of a call: its place, the nearest case, what a case of it would expect, and what runs found."""
    nearest = next(iter(project.cases.named([call.nearest])), None) if call.nearest else None
    candidate = candidate_of(call, _checks(tree, call)) if call.placing == "placed" else None
    return About(place_of(tree, call), nearest, candidate, project.runs.of_case(call.id, 8))


def _checks(tree: Tree, call: LoggedCall) -> Sequence[Check]:
    if call.scenario_id not in tree:
        return ()
    try:
        return [part for config in tree.checks(call.scenario_id) for part in load_check(config).parts()]
    except SyntermError:
        # What is wrong with a check is told where it judges; here it only reads no label.
        return ()
