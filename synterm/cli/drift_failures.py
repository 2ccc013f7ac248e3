"""New failure types of production, told and handed over to Distill."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.cli.output import say
from synterm.core.drift import DriftReport
from synterm.core.production import PRODUCTION
from synterm.core.traffic import LoggedCall
from synterm.distill.new_types import NewTypes, handed_over, new_types, newest_run
from synterm.evaluate.provenance import who
from synterm.production.promote import Promoter, Wanted
from synterm.storage.project import Project
from synterm.storage.traffic import TrafficFilter
from synterm.text import plural

MOST = 20
"""Calls of a type that become cases: the typical ones."""


def with_new_failures(project: Project, report: DriftReport) -> tuple[DriftReport, NewTypes | None]:
    """The report with what is new among the failing calls of the newest run over traffic."""
    run = newest_run(project)
    if run is None:
        return report, None
    # What failed while all was as usual is no news.
    found = new_types(project, run, report.windows[0].since if report.reference and report.windows else "")
    notes = (*report.notes, f"failures were {found.note}") if found.note else report.notes
    told = {"new_failures": tuple(found.found), "failures_run": run.id, "notes": notes}
    return report.model_copy(update=told), found


def hand_over(project: Project, found: NewTypes, report: DriftReport) -> DriftReport:
    """Make drafts of typical calls of each new type, in the scenario that they were placed in, and keep the clusters:
    `synterm distill` knows them again, as calls and as cases."""
    promoter = Promoter(project)
    cases: dict[str, Sequence[str]] = {}
    for one in found.found:
        calls = _calls(project, one.call_ids)
        made = promoter.plan([call for call in calls if call.placing == "placed"], Wanted(most=MOST))
        promoter.write(made)
        cases[one.cluster] = [draft.case.id for draft in made.drafts]
    project.findings.put(*handed_over(found, cases, who())).result()
    drafts = sum(map(len, cases.values()))
    say(
        f"handed over: {plural(len(found.found), 'failure type')}, of which {plural(drafts, 'draft case')} "
        f"{'was' if drafts == 1 else 'were'} made"
    )
    if drafts:
        say(f"next: synterm review {project.path} --drafts, since what the app answered is what they expect")
    say(f"synterm distill {project.path} --run {found.run.id[-8:]} shows the {PRODUCTION} run's failures")
    kept = tuple(one.model_copy(update={"kept": True}) for one in report.new_failures)
    return report.model_copy(update={"new_failures": kept})


def _calls(project: Project, ids: Sequence[str]) -> list[LoggedCall]:
    return [call for page in project.traffic.pages(TrafficFilter(ids=[*ids])) for call in page]
