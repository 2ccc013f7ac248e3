"""The answers of a recorded run, as candidates for review."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from synterm.core.case import Case
from synterm.core.production import production_of
from synterm.core.review import output_id
from synterm.errors import UsageError
from synterm.evaluate.review.candidate import Candidate, hundredths, torn
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord

_PAGE = 500

Wanted = Callable[[Recorded], bool]


def newest_run(project: Project) -> RunRecord:
    """The newest run that holds an evaluation of a case. Raises UsageError when there is none."""
    for run in reversed(project.runs.all()):
        if production_of(run.config) is None and any(True for _ in project.runs.recorded(run.id)):
            return run
    raise UsageError("there is no recorded run yet", hint=f"synterm run {project.path} makes one")


def candidates(project: Project, run: RunRecord, case_ids: Collection[str] | None, wanted: Wanted) -> list[Candidate]:
    """The answers of a run to these cases (None: all) that are wanted.

    Cases that are gone, or say something else by now, are left out: nobody could judge them by what they say now.
    """
    verdicts: dict[str, set[bool]] = {}
    found: list[Candidate] = []
    for page in chunks(project.runs.recorded(run.id), _PAGE):
        for done in page:
            if done.passed is not None:
                verdicts.setdefault(done.case_id, set()).add(done.passed)
        chosen = [one for one in page if one.outcome.answered and wanted(one)]
        chosen = [one for one in chosen if case_ids is None or one.case_id in case_ids]
        found.extend(_candidates(project, chosen))
    return [replace(one, disputed=len(verdicts.get(one.case_id, ())) == 2) for one in found]


def _candidates(project: Project, page: list[Recorded]) -> Iterator[Candidate]:
    cases: dict[str, Case] = {case.id: case for case in project.cases.named([done.case_id for done in page])}
    for done in page:
        case = cases.get(done.case_id)
        if case is not None and done.stored is not None and (case.input, case.expected) == (done.input, done.expected):
            yield Candidate(
                case.id,
                case.scenario_id,
                case.root_id,
                (case.content_id, output_id(done.text)),
                done.stored,
                done.passed,
                hundredths(done.score),
                torn(done.checks),
            )
