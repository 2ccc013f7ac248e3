"""Failures of production that are like none that was known before: what Distill is to look into next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from synterm.core.case import input_text
from synterm.core.distill import Cluster, Failing
from synterm.core.drift import FailureExample, NewFailureType
from synterm.core.finding import Finding
from synterm.core.ids import content_id
from synterm.core.production import PRODUCTION, production_of
from synterm.core.traffic import LoggedCall
from synterm.distill.clusters.clusters import cluster_findings, clusters_of
from synterm.distill.failures import failures
from synterm.storage.project import Project
from synterm.storage.runs import RunRecord
from synterm.storage.traffic import TrafficFilter
from synterm.text import one_line, plural

FEWEST = 3
"""So many different inputs make a type."""
_RUNS = 20
"""Earlier runs whose failures are known."""
_KNOWN = 3000
"""Known failures that are compared with, the latest first."""
_OF_CLUSTER = 12
_EXAMPLES = 3
_LONGEST = 2000
_ID = 8


@dataclass(slots=True)
class NewTypes:
    """What is new among the failing calls of a run."""

    run: RunRecord
    found: list[NewFailureType]
    clusters: dict[str, Cluster]
    """The same as Distill has them, by id."""
    note: str = ""
    """Why they were told by their words alone, if they were."""


def newest_run(project: Project) -> RunRecord | None:
    """The newest run over logged calls that came to an end; None where there is none."""
    return next((run for run in project.runs.page(limit=_RUNS * 5) if _ended(run) and _is_production(run)), None)


def new_types(project: Project, run: RunRecord, since: str = "") -> NewTypes:
    """The failing calls of a run over traffic in clusters, of which those are told that hold nothing known: no case or
    call that failed in a run before, none of a cluster that was kept, and no call that was answered before `since`
    (ISO 8601, UTC).

    The failures of both are clustered together, so that what is near is what Distill takes to be alike. A cluster needs
    three different inputs. A call that failed in an earlier run too is no older than it is in this one. Nothing is
    written.
    """
    failing = [one for one in failures(project, run.id, runs=1, prompts=[PRODUCTION]).failing if one.judged]
    own = {one.case_id for one in failing}
    calls = _calls(project, own)
    known = [one for one in _known(project, run) if one.case_id not in own][:_KNOWN]
    ids = {one.case_id for one in known} | {name for name, call in calls.items() if call.served < since}
    clusters, note = clusters_of(project, [*failing, *known])
    by_id = {one.case_id: one for one in failing}
    kept = {one.subject[0] for one in project.findings.all("cluster") if one.subject}
    found = NewTypes(run, [], {}, note if failing else "")
    weights = {name: call.weight for name, call in calls.items()}
    total = _total(project, run) or sum(weights.values())
    for cluster in clusters:
        members = [by_id[name] for name in cluster.case_ids if name in by_id]
        if ids.isdisjoint(cluster.case_ids) and len({one.input for one in members}) >= FEWEST:
            share = min(1.0, sum(weights.get(one.case_id, 1.0) for one in members) / total)
            found.found.append(_told(cluster, members, share, kept=cluster.id in kept))
            found.clusters[cluster.id] = cluster.model_copy(update={"share": len(members) / len(by_id)})
    return found


def handed_over(found: NewTypes, cases: Mapping[str, Sequence[str]], who: str) -> list[Finding]:
    """What the project keeps of new types, so that Distill knows them again: each as a cluster of calls, and as one of
    the cases that were made of them, which other runs have verdicts on. `cases`: ids of these, by the cluster's id."""
    kept = [*found.clusters.values()]
    for name, cluster in found.clusters.items():
        if made := tuple(cases.get(name, ())):
            own = content_id("cluster", sorted(made))[:12]
            kept.append(cluster.model_copy(update={"id": own, "case_ids": made, "root_ids": tuple(sorted(made))}))
    return cluster_findings(kept, found.run.id, who)


def waiting(project: Project, cases: Set[str]) -> list[str]:
    """What came from production and is in none of these failing cases, in words."""
    runs: dict[str, bool] = {}
    found: list[str] = []
    for finding in project.findings.all("cluster"):
        cluster, run_id = finding.read(Cluster), finding.run_id
        if cluster is None or not run_id or not cases.isdisjoint(cluster.case_ids):
            continue
        if run_id not in runs:
            runs[run_id] = any(column[1] == PRODUCTION for column in project.runs.columns(run_id))
        if runs[run_id]:
            found.append(
                f"from production, and not failing here: {one_line(cluster.name, 80)} "
                f"({plural(len(cluster.case_ids), 'call or case')}; --run {run_id[-_ID:]} shows them)"
            )
    return found


def _told(cluster: Cluster, members: Sequence[Failing], share: float, *, kept: bool) -> NewFailureType:
    inputs = len({one.input for one in members})
    return NewFailureType(
        cluster=cluster.id,
        name=cluster.name,
        hypothesis=cluster.hypothesis.replace(plural(len(members), "case"), plural(len(members), "call"), 1),
        calls=len(members),
        inputs=inputs,
        share=share,
        behaviors=cluster.behaviors,
        examples=tuple(
            FailureExample(call_id=one.case_id, input=one.input, got=one.got, reason=one.reason)
            for one in members[:_EXAMPLES]
        ),
        call_ids=tuple(one.case_id for one in members),
        kept=kept,
    )


def _known(project: Project, run: RunRecord) -> Iterator[Failing]:
    """The failures of the runs before, and what clusters were kept of."""
    for before in project.runs.page(before=run.id, limit=_RUNS):
        if _ended(before) and project.runs.columns(before.id):
            yield from (one for one in failures(project, before.id, runs=1).failing if one.judged)
    for finding in project.findings.all("cluster"):
        if cluster := finding.read(Cluster):
            yield from _remembered(project, cluster)


def _remembered(project: Project, cluster: Cluster) -> Iterator[Failing]:
    """Some failures of a cluster that was kept, as far as the project still has them."""
    ids = cluster.case_ids[:_OF_CLUSTER]
    texts = {case.id: input_text(case.input) for case in project.cases.named(ids)}
    texts |= {call.id: input_text(call.input) for call in project.traffic.page(TrafficFilter(ids=ids))}
    for name, text in texts.items():
        yield Failing(
            case_id=name,
            content_id="",
            output_id="",
            root_id=name,
            scenario_id="",
            behavior=next(iter(cluster.behaviors), ""),
            prompt="",
            version="",
            model="",
            input=text[:_LONGEST],
            expected=None,
            got="",
            reason=cluster.pattern,
            runs=1,
            judged=1,
            failed=1,
            errors=0,
        )


def _calls(project: Project, ids: set[str]) -> dict[str, LoggedCall]:
    """Logged calls, as far as the project still has them."""
    which = TrafficFilter(ids=sorted(ids))
    return {call.id: call for page in project.traffic.pages(which) for call in page} if ids else {}


def _total(project: Project, run: RunRecord) -> float:
    """How many calls a run judged, by what they stand for."""
    said = production_of(run.config)
    if said and said.stands_for:
        return said.stands_for
    return float(sum(1 for column in project.runs.columns(run.id) for _ in project.stubborn.standings(column[0])))


def _ended(run: RunRecord) -> bool:
    return run.status != "running"


def _is_production(run: RunRecord) -> bool:
    return PRODUCTION in run.config
