"""Finding out what keeps failing, and what it was evaluated under."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.core.distill import DistillReport, Failing
from synterm.core.evaluation import Variant, variant_name
from synterm.distill.shrink.neighbours import passing_cases
from synterm.errors import InputError
from synterm.storage.project import Project
from synterm.storage.recorded import Column, Recorded
from synterm.storage.runs import RunRecord


class _LeftError(Exception):
    """Nobody waits for the report any more."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A report, and the run that it is about."""

    report: DistillReport
    run: RunRecord


def read_report(
    project: Project, run: str, told: Callable[[str], None], left: Callable[[], bool]
) -> Reading | RunRecord | None:
    """The report; the run alone where it has no verdict of anything; None where there is no run, or nobody waits.

    Takes its time: for threads. `told` hears how far it is, `left` says whether to stop. Raises SyntermError.
    """
    from synterm.distill.report import distill_report

    def going(words: str) -> None:
        if left():
            raise _LeftError
        told(words)

    if not project.runs.page(None, 1):
        return None
    chosen = project.runs.named(run)
    if not project.runs.columns(chosen.id):
        return chosen
    try:
        return Reading(distill_report(project, chosen.id, told=going), chosen)
    except _LeftError:
        return None


def column_of(project: Project, run_id: str, failing: Failing) -> Column | None:
    """The column of a run that a case fails in; None where the run is gone by now."""
    key = (failing.prompt, failing.version, failing.model)
    return next((one for one in project.runs.columns(run_id) if (one[1], one[2], one[4]) == key), None)


def variant_of(project: Project, run_id: str, failing: Failing) -> Variant:
    """What it fails under: the prompt as it was in that run, the model as the project has it now.

    Raises InputError where the prompt's text is gone, NotFoundError where the model is.
    """
    column = column_of(project, run_id, failing)
    for prompt in project.prompts.all() if column else ():
        for body in (prompt.draft, *(version.body for version in prompt.versions)):
            if column and body.id == column[3]:
                return Variant(failing.prompt, failing.version, body, project.models.get(failing.model))
    raise InputError(
        f"{failing.prompt}@{failing.version} does not say any more what it said in that run",
        hint="ctrl+r in the workbench records a run of what it says now",
    )


def passing_beside(project: Project, run_id: str, failing: Failing, case: Case) -> Sequence[Case]:
    """Cases that passed in the same column; none where it is gone."""
    column = column_of(project, run_id, failing)
    return passing_cases(project, column, case) if column else []


def recorded_of(project: Project, run_id: str, failing: Failing) -> Recorded | None:
    """The evaluation that failed, else the last; None where the run does not have it any more."""
    column = column_of(project, run_id, failing)
    found = [*project.stubborn.evaluations(column, [failing.case_id])] if column else []
    failed = [one for one in found if one.passed is False]
    return next(iter([*failed[-1:], *found[-1:]]), None)


def variant_words(failing: Failing) -> str:
    """``router@v2 · smollm2``."""
    return variant_name(failing.prompt, failing.version, failing.model)
