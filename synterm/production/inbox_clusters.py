"""The clusters of what no case covers, as the inbox names them: by number, the most traffic first, or by id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from synterm.core.inbox import InboxCluster, InboxGroup, InboxReport
from synterm.core.traffic import LoggedCall, TrafficState
from synterm.errors import NotFoundError, did_you_mean
from synterm.production.estimates import uncovered_share
from synterm.production.placing import Placer
from synterm.production.uncovered import Uncovered, UncoveredCluster
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter

_PAGE = 500


def with_clusters(project: Project, which: TrafficFilter, report: InboxReport, found: Uncovered) -> InboxReport:
    """The inbox of the calls that fit, with the clusters that were found of those that are uncovered."""
    done = project.inbox.done(replace(which, placings=("uncovered",)))
    rows = [_row(one, Counter(done[name] for name in one.call_ids if name in done)) for one in found.clusters]
    notes = [*report.notes, *([found.note] if found.note else [])]
    update = {"clusters": rows, "scattered": _scattered(report.uncovered, rows), "notes": notes}
    return report.model_copy(update=update if found.calls else {"notes": notes})


def _row(one: UncoveredCluster, states: Counter[TrafficState]) -> InboxCluster:
    return InboxCluster(
        id=one.id,
        name=one.name,
        examples=[*one.examples],
        calls=len(one.call_ids),
        weight=one.weight,
        share=one.share,
        share_ci=one.interval,
        new=len(one.call_ids) - states.total(),
        promoted=states["promoted"],
        dismissed=states["dismissed"],
    )


def _scattered(whole: InboxGroup, rows: Sequence[InboxCluster]) -> InboxGroup:
    """What is uncovered and in no cluster."""

    def left(name: str) -> Any:
        return max((getattr(whole, name) or 0) - sum(getattr(row, name) or 0 for row in rows), 0)

    names = ("calls", "weight", "share", "new", "promoted", "dismissed")
    return InboxGroup(**{name: left(name) for name in names})


def calls_in(project: Project, cluster: UncoveredCluster, which: TrafficFilter = EVERY_CALL) -> list[LoggedCall]:
    """The calls of a cluster that fit, in order of time."""
    pages = (project.traffic.page(replace(which, ids=part)) for part in chunks(cluster.call_ids, _PAGE))
    return [call for page in pages for call in page]


def uncovered_words(project: Project, which: TrafficFilter) -> str:
    """How much of the traffic that fits is uncovered, corrected for what is misplaced; empty where that can't be told.

    Compares the project's cases with each other: some seconds where there are very many.
    """
    _, whole, squares = project.traffic.weights(which)
    _, part, _ = project.traffic.weights(replace(which, placings=("uncovered",)))
    placer = Placer(project)
    if placer.why_not or not squares:
        return ""
    found = uncovered_share(part / whole, whole**2 / squares, placer.report)
    return found.words if found else ""


def cluster_named(found: Uncovered, name: str) -> UncoveredCluster:
    """The cluster of this number in the list, of this id or the end of it, or of this name. Raises NotFoundError."""
    clusters = found.clusters
    if name.isdecimal() and 0 < int(name[:9]) <= len(clusters):
        return clusters[int(name) - 1]
    fit = [one for one in clusters if name and (one.id.endswith(name) or one.name.casefold() == name.casefold())]
    if len(fit) == 1:
        return fit[0]
    if not clusters:
        raise NotFoundError(found.note or "there are no clusters: too few calls are uncovered, or all by themselves")
    what = f"several clusters are called {name!r}" if fit else f"no cluster {name!r}"
    raise NotFoundError(what, hint=did_you_mean(name, [one.name for one in clusters]))
