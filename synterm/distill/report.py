"""Everything about the failures of a run, for `synterm distill` and the screen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from synterm.core.distill import Boundary, Cluster, DistillReport, Failing, Shrunk, Trigger
from synterm.core.finding import FindingKind
from synterm.distill.clusters.clusters import clusters_of, with_trend
from synterm.distill.failures import RUNS, Failures, failures, is_meant
from synterm.distill.new_types import waiting
from synterm.distill.triage.triage import triaged
from synterm.distill.triggers import evaluated_cases, triggers_of
from synterm.errors import InputError
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.recorded import Column
from synterm.text import plural

MOST_TRIAGED = 2000
"""So many failures get a type by rules: comparing each with all cases takes its time."""
_TREND = 8
"""Runs of a cluster's trend."""
_PAGE = 500

T = TypeVar("T", Shrunk, Boundary)


def distill_report(
    project: Project,
    run: str = "last",
    *,
    runs: int = RUNS,
    scenarios: Collection[str] | None = None,
    variants: Collection[tuple[str, str]] | None = None,
    prompts: Collection[str] | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> DistillReport:
    """What keeps failing up to a run, of which type, in which clusters, and what goes with it.

    Nothing is asked and nothing written. `scenarios`, `variants` and `prompts` as in `failures`. `told` hears before
    each step what is done next; what it raises ends it. Raises NotFoundError and UsageError for a name that is no
    run's, ProjectError where the file can't be read.
    """
    told("looking for what keeps failing …")
    found = failures(project, run, runs=runs, scenarios=scenarios, variants=variants, prompts=prompts)
    notes: list[str] = []
    told(f"giving {plural(len(found.failing), 'failure')} a type …")
    failing = _typed(project, found, notes)
    told(f"grouping {plural(len(failing), 'failure')} …")
    clusters, why = clusters_of(project, failing)
    if why and clusters:
        notes.append(why)
    notes += waiting(project, {one.case_id for one in failing})
    columns = [one for one in project.runs.columns(found.run.id) if is_meant(one, variants, prompts)]
    told("looking at earlier runs, and at what goes with failing …")
    return DistillReport(
        project=project.name,
        run_id=found.run.id,
        runs=found.runs,
        evaluated=found.evaluated,
        failing=tuple(failing),
        passing_now=found.passing_now,
        flaky=found.flaky,
        clusters=tuple(_with_trend(project, clusters, columns, found.run.id)),
        triggers=tuple(_triggers(project, columns, failing, scenarios)),
        shrunk=tuple(_kept(project, "shrink", Shrunk, failing)),
        boundaries=tuple(_kept(project, "boundary", Boundary, failing)),
        notes=tuple(notes),
    )


def _typed(project: Project, found: Failures, notes: list[str]) -> list[Failing]:
    first, rest = found.failing[:MOST_TRIAGED], found.failing[MOST_TRIAGED:]
    if rest:
        notes.append(f"only the first {MOST_TRIAGED:,} failures were given a type")
    try:
        return [*triaged(project, found.run.id, first), *rest]
    except InputError as error:
        notes.append(f"no types: {error}")
        return found.failing


def _with_trend(project: Project, clusters: Sequence[Cluster], columns: Sequence[Column], run_id: str) -> list[Cluster]:
    """Over the last runs of the same prompts and models."""
    rows: dict[str, list[int]] = {run_id: [column[0] for column in columns]}
    for column in columns:
        for pk, run in project.stubborn.before(column, run_id, _TREND - 1):
            rows.setdefault(run, []).append(pk)
    # Ids sort by time.
    return with_trend(project, clusters, sorted(rows.items())[-_TREND:])


def _triggers(
    project: Project, columns: Sequence[Column], failing: Sequence[Failing], scenarios: Collection[str] | None
) -> list[Trigger]:
    """Over all cases that have a verdict under any of the columns; one fails that keeps failing under any of them."""
    fails = {one.case_id for one in failing if one.judged}
    verdicts: dict[str, bool] = {}
    said: dict[str, str] = {}
    for column in columns:
        for one in project.stubborn.standings(column[0]):
            if not one.is_error and (scenarios is None or one.scenario_id in scenarios):
                verdicts[one.case_id], said[one.case_id] = one.case_id in fails, one.content_id
    if not fails:
        return []
    cases = (case for part in chunks(verdicts, _PAGE) for case in project.cases.named(part))
    # A verdict says nothing of what a case was changed to since.
    return triggers_of(evaluated_cases((case for case in cases if case.content_id == said[case.id]), verdicts))


def _kept(project: Project, kind: FindingKind, model: type[T], failing: Sequence[Failing]) -> list[T]:
    """What was found about these failures before. What another version of synterm wrote otherwise is left out."""
    cases = {one.case_id for one in failing}
    found: list[T] = []
    for one in project.findings.all(kind):
        if one.subject and one.subject[0] in cases and (read := one.read(model)):
            found.append(read)
    return found
