"""From failures to clusters that keep their names from run to run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from synterm.analysis.grouping import by_meaning, by_wording, can_tell_meanings
from synterm.analysis.words import words_of
from synterm.core.distill import Cluster, Failing
from synterm.core.finding import MODEL, RULES, Finding
from synterm.core.ids import content_id
from synterm.distill.clusters.naming import error_of, hypothesis_of, name_by_error, name_of, pattern_of
from synterm.errors import ModelError
from synterm.storage.project import Project

_SAME = 0.3
"""From this share of common lineages on (Jaccard) a cluster is one that was there before."""
_NAME_STAYS = 0.5
"""From this share on it also keeps the name that it was given by rules or by a model."""
_SMALLEST = 2
_ENOUGH = 3
"""Groups of fewer texts are looked at as single failures where more of them went wrong in the same way."""


def clusters_of(project: Project, failing: Sequence[Failing]) -> tuple[list[Cluster], str]:
    """The clusters of failures, the largest first; and why they were made by words alone, if they were.

    A case that fails under several variants counts once, by its first. Those that are like less than two others are put
    together by their error, where that is not the error of all. Failures that are like no others are in none. A cluster
    of which enough was in one before keeps its id, and its name as long as it is much the same; one that a person named
    keeps it as long as it is found again. Nothing is written: `cluster_findings` says what to keep.
    """
    once = list({one.case_id: one for one in reversed(failing)}.values())[::-1]
    texts, errors = [one.input for one in once], [error_of(one) for one in once]
    groups, why = _grouped(texts, errors)
    everywhere = Counter(word for one in once for word in words_of(one.input))
    alike, by_error = _by_error(groups, errors)
    made = [
        _cluster([once[at] for at in group], everywhere, once, is_alike=at_all)
        for at_all, found in ((True, alike), (False, by_error))
        for group in found
        if len(group) >= _SMALLEST
    ]
    made.sort(key=lambda one: -len(one.case_ids))
    return _known_again(made, _kept(project)), why


def with_trend(
    project: Project, clusters: Sequence[Cluster], runs: Iterable[tuple[str, Sequence[int]]]
) -> list[Cluster]:
    """The clusters, each with how many of its cases failed in each of these runs: id, and rows of its columns."""
    trends: dict[str, list[tuple[str, int]]] = {one.id: [] for one in clusters}
    for run_id, columns in runs:
        failed = {
            standing.case_id for column in columns for standing in project.stubborn.standings(column) if standing.fails
        }
        for one in clusters:
            trends[one.id].append((run_id, len(failed.intersection(one.case_ids))))
    return [one.model_copy(update={"trend": tuple(trends[one.id])}) for one in clusters]


def cluster_findings(clusters: Iterable[Cluster], run_id: str, who: str) -> list[Finding]:
    """What the project keeps of clusters, so that they are known again."""
    return [Finding("cluster", (one.id,), one.model_dump(mode="json"), who, run_id) for one in clusters]


def renamed(cluster: Cluster, name: str, who: str) -> Cluster:
    """The cluster under a name that a person gave it, which stays."""
    return cluster.model_copy(update={"name": name, "by": who})


def _grouped(texts: Sequence[str], errors: Sequence[str]) -> tuple[list[list[int]], str]:
    if not can_tell_meanings():
        return by_wording(texts, errors), "grouped by their words: pip install 'synterm[analysis]' groups by meaning"
    try:
        return by_meaning(texts, errors), ""
    except ModelError as error:
        return by_wording(texts, errors), f"grouped by their words, since {error}"


def _by_error(groups: Sequence[list[int]], errors: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """The groups that stay, and those that are made of the rest: by the error, where it tells some from others."""
    rest: dict[str, list[int]] = defaultdict(list)
    for group in groups:
        if len(group) < _ENOUGH and len({errors[at] for at in group}) == 1:
            rest[errors[group[0]]] += group
    total = Counter(errors)
    made = {error: members for error, members in rest.items() if len(members) >= _ENOUGH and total[error] < len(errors)}
    taken = {at for members in made.values() for at in members}
    return [group for group in groups if group[0] not in taken], [*made.values()]


def _cluster(
    members: Sequence[Failing], everywhere: Counter[str], once: Sequence[Failing], *, is_alike: bool
) -> Cluster:
    total = len(once)
    roots = tuple(sorted({one.root_id for one in members}))
    return Cluster(
        id=content_id("cluster", sorted(one.case_id for one in members))[:12],
        name=name_of(members, everywhere, total) if is_alike else name_by_error(members, once),
        hypothesis=hypothesis_of(members, everywhere, once, is_alike=is_alike),
        by=RULES,
        case_ids=tuple(one.case_id for one in members),
        root_ids=roots,
        share=len(members) / total,
        pattern=pattern_of(members),
        behaviors=dict(Counter(one.behavior for one in members).most_common()),
        types=dict(Counter(one.triage.type for one in members if one.triage).most_common()),
    )


def _kept(project: Project) -> list[Cluster]:
    return [found for one in project.findings.all("cluster") if (found := one.read(Cluster))]


def _known_again(made: Sequence[Cluster], kept: Sequence[Cluster]) -> list[Cluster]:
    """Each with the id, and where it fits the name, of the kept one that it shares most lineages with."""
    # Of a project that is long at work there are thousands before: only those with a lineage in common are compared.
    with_root: dict[str, list[int]] = defaultdict(list)
    for old, before in enumerate(kept):
        for root in set(before.root_ids):
            with_root[root].append(old)
    pairs = sorted(
        (
            (shared, -old, -new)
            for new, cluster in enumerate(made)
            for old in {old for root in cluster.root_ids for old in with_root.get(root, ())}
            if (shared := _shared(cluster, kept[old])) >= _SAME
        ),
        reverse=True,
    )
    taken = _matched(pairs, kept)
    ids = {before.id for before in kept}
    return [
        _as_before(cluster, *taken[at]) if at in taken else _of_its_own(cluster, ids) for at, cluster in enumerate(made)
    ]


def _matched(pairs: Sequence[tuple[float, int, int]], kept: Sequence[Cluster]) -> dict[int, tuple[Cluster, float]]:
    taken: dict[int, tuple[Cluster, float]] = {}
    used: set[int] = set()
    for shared, old, new in pairs:
        if -new not in taken and -old not in used:
            taken[-new] = (kept[-old], shared)
            used.add(-old)
    return taken


def _as_before(cluster: Cluster, before: Cluster, shared: float) -> Cluster:
    named = {"id": before.id}
    by_person = before.by != RULES and not before.by.startswith(MODEL)
    if by_person or shared >= _NAME_STAYS:
        named |= {"name": before.name, "by": before.by}
        if before.by != RULES:
            named |= {"hypothesis": before.hypothesis}
    return cluster.model_copy(update=named)


def _of_its_own(cluster: Cluster, ids: set[str]) -> Cluster:
    """A new one must not be called as one that was there before and went on as another."""
    return (
        cluster if cluster.id not in ids else cluster.model_copy(update={"id": content_id("cluster", cluster.id)[:12]})
    )


def _shared(one: Cluster, other: Cluster) -> float:
    mine, theirs = set(one.root_ids), set(other.root_ids)
    return len(mine & theirs) / len(mine | theirs)
