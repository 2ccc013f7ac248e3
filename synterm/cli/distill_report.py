"""The report of ``synterm distill``: made, told, and written as JSON."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Sequence
from typing import TypeVar

from synterm.cli.distill_choice import Choice, column_name
from synterm.cli.output import data, say
from synterm.core.distill import AttackReport, Boundary, DistillReport, Failing, Neighbourhood, Shrunk
from synterm.distill.report import distill_report
from synterm.distill.triage.actions import ACTIONS, TRAINING
from synterm.errors import ExitCode
from synterm.reports.distill import head_lines, next_lines, report_lines
from synterm.reports.json import write_json
from synterm.storage.project import Project

T = TypeVar("T", Shrunk, Boundary)


def tell(project: Project, args: argparse.Namespace) -> int:
    """Make the report, and tell it."""
    choice = Choice(project, args)
    show(choice, report_of(choice))
    return ExitCode.OK


def report_of(choice: Choice) -> DistillReport:
    """The report on the failures that are chosen."""
    return distill_report(choice.project, choice.args.run, **choice.narrowed)


def show(choice: Choice, report: DistillReport) -> None:
    """Tell a report: what it is about and what comes next on stderr, the rest on stdout; or as JSON."""
    args = choice.args
    if args.json:
        write_json(report, args.json)
    if args.quiet:
        return
    for line in head_lines(report, [column_name(one) for one in choice.columns], args.runs):
        say(line)
    if args.json != "-":
        for line in report_lines(report, {kind: one.title for kind, one in ACTIONS.items()}, args.limit):
            data(line)
    kept = {one.subject[0] for one in choice.project.findings.all("cluster") if one.subject}
    for line in next_lines(report, choice.command, kept):
        say(line)


def write_found(
    choice: Choice,
    shrunk: Sequence[Shrunk],
    boundaries: Sequence[Boundary],
    neighbourhoods: Sequence[Neighbourhood],
    attacks: Sequence[AttackReport],
) -> None:
    """Write the report with what was found now, where that is wanted as JSON."""
    if not choice.args.json:
        return
    report = report_of(choice)
    report = report.model_copy(
        update={
            "shrunk": _first(shrunk, report.shrunk),
            "boundaries": _first(boundaries, report.boundaries),
            "neighbourhoods": tuple(neighbourhoods),
            "attacks": tuple(attacks),
        }
    )
    write_json(report, choice.args.json)


def asked_for(failing: Failing, project: str, run_id: str) -> str:
    """The command that does what the type of a failure asks for; or where it is done."""
    assert failing.triage
    file, name = shlex.quote(project), failing.case_id[-8:]
    if failing.is_logged and failing.triage.type != "infrastructure":
        return f"synterm inbox {file} --promote {name}"
    match failing.triage.type:
        case "wrong label":
            return f"synterm edit {file} case {name} --expected {shlex.quote(failing.got[:60] or 'LABEL')}"
        case "infrastructure" if failing.is_logged:
            return f"synterm inbox {file} --show {name}"
        case "infrastructure":
            return f"synterm run {file} --refresh {name}"
        case "model error":
            tags = " ".join(f"--tag {shlex.quote(tag)}" for tag in (*failing.tags, TRAINING))
            return f"synterm edit {file} case {name} {tags}"
        case "judge error":
            return f"synterm review {file} --run {run_id[-8:]}"
        case "spec gap":
            return f"synterm add {file} behavior --help"


def _first(new: Sequence[T], kept: Sequence[T]) -> tuple[T, ...]:
    return (*new, *(one for one in kept if one not in new))
