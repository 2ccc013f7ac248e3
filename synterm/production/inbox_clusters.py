"""The clusters of what no case covers, as the inbox names them: by number, the most traffic first, or by id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from synterm.errors import NotFoundError, did_you_mean
from synterm.production.estimates import uncovered_share
from synterm.production.inbox import Cluster, Clusters
from synterm.production.placing import Placer
from synterm.production.uncovered import uncovered
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter


def clusters_of(
    project: Project, which: TrafficFilter = EVERY_CALL, told: Callable[[str], None] = lambda _: None
) -> Clusters:
    """The clusters of the uncovered calls that fit, those that stand for most first. Takes its time where there are
    many; `told` hears how far it is."""
    found = uncovered(project, which, told)
    rows = [Cluster(one.id, one.name, one.call_ids, one.examples) for one in found.clusters]
    return Clusters(rows, found.note)


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


def cluster_named(found: Clusters, name: str) -> Cluster:
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
