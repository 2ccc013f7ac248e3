"""Failures in groups: all of them, the clusters, and those that are like no others; all or of one type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from synterm.core.distill import FAILURE_TYPES, Boundary, Cluster, DistillReport, Failing, FailureType, Shrunk, Triage

Subject = tuple[str, str]
"""What a type is about: a case's content and an answer, by id."""


@dataclass(frozen=True, slots=True)
class Group:
    """Failures that stand together."""

    name: str
    failing: Sequence[Failing]
    share: float
    """Of all failing cases that are shown, 0 to 1."""
    cluster: Cluster | None = None
    """None for all of them, and for those that are like no others."""

    @property
    def types(self) -> dict[FailureType, int]:
        """How many are of each type, the most first."""
        found = Counter[FailureType](one.triage.type for one in self.failing if one.triage)
        return dict(found.most_common())

    @property
    def cases(self) -> int:
        """How many cases they are: one can fail under several variants."""
        return len({one.case_id for one in self.failing})


class Found:
    """A report with what people did to it since: types that they confirmed, names that they gave."""

    def __init__(self, report: DistillReport) -> None:
        self.report = report
        self.clusters = list(report.clusters)
        self.findings: list[Shrunk | Boundary] = [*report.shrunk, *report.boundaries]
        """Also those that were found since, which come last."""
        self._triage: dict[Subject, Triage] = {}

    @property
    def failing(self) -> list[Failing]:
        """All failures as they are now."""
        return [self.now(one) for one in self.report.failing]

    def now(self, failing: Failing) -> Failing:
        """The failure with the type that it has now."""
        triage = self._triage.get(failing.subject)
        return failing.model_copy(update={"triage": triage}) if triage else failing

    def take(self, types: Mapping[Subject, Triage]) -> None:
        """These have other types now."""
        self._triage |= types

    def call(self, cluster: Cluster) -> None:
        """The cluster of that id is called otherwise."""
        self.clusters = [cluster if one.id == cluster.id else one for one in self.clusters]

    def keep(self, found: Shrunk | Boundary) -> None:
        """Something was found; it takes the place of what was found about the same before."""
        self.findings = [*(one for one in self.findings if _about(one) != _about(found)), found]

    def groups(self, kind: FailureType | None = None) -> list[Group]:
        """All failures of a type, of any where it is None; then the clusters; then those like no others."""
        wanted = [one for one in self.failing if kind is None or (one.triage and one.triage.type == kind)]
        by_case: dict[str, list[Failing]] = {}
        for one in wanted:
            by_case.setdefault(one.case_id, []).append(one)
        if not wanted:
            return []
        clusters = [_group(cluster, by_case) for cluster in self.clusters]
        inside = {name for cluster in self.clusters for name in cluster.case_ids}
        alone = [one for one in wanted if one.case_id not in inside]
        found = [group for group in clusters if group.failing]
        if alone and found:
            found.append(Group("like no others", alone, len({one.case_id for one in alone}) / len(by_case)))
        whole = Group("all that keep failing" if kind is None else f"all: {kind}", wanted, 1.0)
        return [whole, *found]

    def types(self) -> list[FailureType]:
        """The types that there are, in the order of their keys."""
        there = {one.triage.type for one in self.failing if one.triage}
        return [kind for kind in FAILURE_TYPES if kind in there]


def _group(cluster: Cluster, by_case: Mapping[str, Sequence[Failing]]) -> Group:
    failing = [one for name in cluster.case_ids for one in by_case.get(name, ())]
    group = Group(cluster.name, failing, 0.0, cluster)
    return replace(group, share=group.cases / len(by_case))


def _about(found: Shrunk | Boundary) -> tuple[str, ...]:
    dimension = found.dimension if isinstance(found, Boundary) else ""
    return found.case_id, found.prompt, found.version, found.model, dimension


def of_cases(found: Iterable[Shrunk | Boundary], failing: Iterable[Failing]) -> list[Shrunk | Boundary]:
    """What is known about some of the failures."""
    cases = {one.case_id for one in failing}
    return [one for one in found if one.case_id in cases]
