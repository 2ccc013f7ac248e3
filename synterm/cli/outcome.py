"""What a run is told by on its way, must keep to, and leaves behind: alike for cases and for production's traffic."""

from __future__ import annotations

import argparse
import shlex
import sys

from synterm.cli import ci_output
from synterm.cli.output import on_terminal, say, without_commands
from synterm.cli.progress import LineProgress, StatusLine
from synterm.cli.report import write_html_report
from synterm.cli.session import Progress, write_report
from synterm.core.report import RunReport
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.evaluate.report import RunResult
from synterm.settings import Settings
from synterm.storage.project import Project


def progress_of(args: argparse.Namespace) -> Progress:
    """What watches the run, as the options say."""
    if args.progress == "json":
        from synterm.cli.progress_json import JsonProgress

        return JsonProgress()
    return LineProgress(_keep_quiet if args.quiet else say, StatusLine(hidden=args.quiet or args.progress == "none"))


def spending_limits(args: argparse.Namespace, settings: Settings) -> Limits:
    """What it may take of time and money."""
    hint = "raise --max-cost; what was paid for is kept"
    return Limits(
        max_seconds=args.max_seconds,
        purse=None if args.max_cost is None else Purse(args.max_cost, hint),
        day_cap_usd=settings.day_cap_usd,
    )


def leave(project: Project, report: RunReport, result: RunResult, args: argparse.Namespace) -> int:
    """Write the reports that were asked for, print the summary, and give the exit code."""
    if args.json:
        write_report(project, report, result, args.json)
    if args.html:
        write_html_report(project, report, result, args.html, quiet=args.quiet)
    ci_output.write(project, report, result, args)
    if not args.quiet:
        from synterm.reports.console import print_report

        with without_commands(ci_output.summary_stream(args)) as stream:
            print_report(report, result, stream, args.by)
        _tell_next(report, args)
    return report.exit_code


def _tell_next(report: RunReport, args: argparse.Namespace) -> None:
    """On a terminal, where one goes from here; logs and files have it without."""
    if report.totals.failed and not report.production and on_terminal(sys.stdout) and on_terminal(sys.stderr):
        file = shlex.quote(args.project)
        sys.stdout.flush()
        say(f"next: synterm distill {file}      why cases fail")
        say(f"next: synterm ls {file} cases --where fails:last      all that failed")


def _keep_quiet(_text: str) -> None:
    return
