"""What `synterm run` leaves for CI: a JUnit file, a comment, and all that GitHub shows of a step."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from synterm.cli.output import commands, refuse_commands, say
from synterm.core.report import RunReport
from synterm.errors import UsageError
from synterm.evaluate.report import RunResult
from synterm.reports.github.commands import in_actions
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded

if TYPE_CHECKING:
    from synterm.reports.github.rows import FailingCase

_DATA = ("json", "html", "junit")
"""The options whose file may be stdout, which then carries that alone. No line of JSON is a command of GitHub's."""
_FAILING = 400
"""So many failing evaluations are looked at for those that a page shows."""


def add_arguments(add: Callable[..., Any]) -> None:
    """The options about CI."""
    add("--junit", metavar="FILE", help="write the run as JUnit XML, for Jenkins, GitLab and others; - for stdout")
    add(
        "--github",
        action=argparse.BooleanOptionalAction,
        help="annotations, the step's summary and outputs (default: inside of GitHub Actions; --no-github: not there)",
    )
    add("--comment", metavar="FILE", help="write the body of a comment on a pull request: synterm init-ci posts it")


def files(args: argparse.Namespace) -> list[str | None]:
    """The files that will be written: better refused before a run than after it. Raises UsageError."""
    on_stdout = [name for name in _DATA if getattr(args, name) == "-"]
    if len(on_stdout) > 1:
        names = " and ".join(f"--{name}" for name in on_stdout)
        raise UsageError(f"only one of {names} can be -", hint="write the others to files")
    for name in _DATA[1:]:
        refuse_commands(getattr(args, name), f"--{name}")
    if args.comment == "-":
        raise UsageError("--comment needs a file", hint="--comment synterm-comment.md")
    return [args.json, args.html, args.junit, args.comment]


def summary_stream(args: argparse.Namespace) -> TextIO:
    """Where the summary and annotations go: to stderr where stdout has data. GitHub reads both."""
    return sys.stderr if any(getattr(args, name) == "-" for name in _DATA) else sys.stdout


def write(project: Project, report: RunReport, result: RunResult, args: argparse.Namespace) -> None:
    """Write what was asked for. Raises InputError when a file can't be written, ProjectError.

    What GitHub's own files do not take is said, and changes nothing.
    """
    if args.junit:
        _junit(project, report, args.junit)
    github = in_actions() if args.github is None else args.github
    if not github and not args.comment:
        return
    failing, reasons = _failing(project, report), dict(result.sheet.reasons.counts)
    if args.comment:
        _comment(project, report, failing, reasons, args.comment)
    if github:
        _github(project, report, failing, reasons, args)


def _junit(project: Project, report: RunReport, target: str) -> None:
    from synterm.reports.junit import write_junit

    recorded = project.runs.recorded(report.run_id)
    write_junit(report, project.runs.get(report.run_id), recorded, project.nodes.tree(), target)


def _comment(
    project: Project,
    report: RunReport,
    failing: Sequence[FailingCase],
    reasons: Mapping[tuple[str, str], int],
    target: str,
) -> None:
    from synterm.reports.github.annotations import in_workspace
    from synterm.reports.github.page import comment
    from synterm.reports.json import write_parts

    place = in_workspace(project.path) or project.path.name
    write_parts([comment(report, failing, reasons, place)], target)


def _github(
    project: Project,
    report: RunReport,
    failing: Sequence[FailingCase],
    reasons: Mapping[tuple[str, str], int],
    args: argparse.Namespace,
) -> None:
    from synterm.reports.github.annotations import annotate, in_workspace
    from synterm.reports.github.files import add_outputs, add_to_summary, summary_room
    from synterm.reports.github.outputs import outputs
    from synterm.reports.github.page import summary

    commands(annotate(report, reasons, in_workspace(project.path)), summary_stream(args))
    _told("the step's summary", lambda: add_to_summary(summary(report, failing, reasons, summary_room())))
    _told("the step's outputs", lambda: add_outputs(outputs(report, args.comment)))


def _told(what: str, work: Callable[[], None]) -> None:
    """Do what must not change the run's exit code: it is the verdict that CI waits for."""
    try:
        work()
    except OSError as error:
        say(f"synterm: {what} can't be written: {error.strerror or error} ({error.filename})")


def _failing(project: Project, report: RunReport) -> list[FailingCase]:
    """Evaluations that failed, one for each case and variant: of the last variant first, the lowest scores first."""
    from synterm.reports.github.rows import FailingCase

    found, place = list[Recorded](), None
    while len(found) < _FAILING:
        page, place = project.runs.failing_first(report.run_id, place)
        failed = [done for done in page if done.passed is False]
        found += failed
        if place is None or len(failed) < len(page):
            break
    once = {(done.prompt, done.version, done.model_name, done.case_id): done for done in reversed(found)}
    order = {(each.prompt, each.prompt_version, each.model): -at for at, each in enumerate(report.variants)}
    rows = sorted(
        once.values(),
        key=lambda done: (order.get((done.prompt, done.version, done.model_name), 1), done.score or 0.0, done.case_id),
    )
    tree = project.nodes.tree()
    return [FailingCase(tree.path(done.scenario_id) if done.scenario_id in tree else "", done) for done in rows]
