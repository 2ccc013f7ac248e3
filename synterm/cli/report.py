"""``synterm report``: a recorded run as one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.cli.output import refuse_commands, say
from synterm.cli.parser import positive
from synterm.cli.places import opened
from synterm.errors import UsageError
from synterm.storage.project import Project
from synterm.text import megabytes, plural

if TYPE_CHECKING:
    from synterm.core.report import RunReport
    from synterm.evaluate.report import RunResult

HELP = """\
Write the report of a recorded run as one HTML file: the verdict, variants, behaviors, labels, errors, and the single
evaluations, to be sorted, filtered and opened. It needs no server, no network, and no JavaScript to be read."""

EXAMPLES = """\
examples:
  synterm report my.db -o report.html
  synterm report my.db 3F7K2Q -o report.html        a run by the end of its id (synterm history my.db)
  synterm report my.db -o report.html --rows all
  synterm run my.db --html report.html              the same, right after a run"""

ROWS = 5000
"""So many evaluations stand in a report if nothing else is said: about 3 MB."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm report`."""
    add = parser.add_argument
    add("project", metavar="PROJECT")
    add("run", metavar="RUN", nargs="?", default="last", help="the run, by its id or the end of it; or last (default)")
    add("-o", "--output", metavar="FILE", required=True, help="where to write it; - for stdout")
    add(
        "--rows",
        type=_rows,
        default=ROWS,
        metavar="N",
        help="so many single evaluations at most, those that failed first (default 5000), or all",
    )


def run(args: argparse.Namespace) -> int:
    """Write the report."""
    refuse_commands(args.output, "-o")
    _refuse_no_folder(args.output)
    with opened(args.project) as project:
        from synterm.cli.history import find_run
        from synterm.evaluate.recount import recount
        from synterm.evaluate.report import build_report

        if not project.runs.page(limit=1):
            raise UsageError("there is no recorded run yet", hint=f"synterm run {project.path} makes one")
        record = find_run(project, args.run)
        result = recount(project, record).result
        report = build_report(result, run_id=record.id, project=project.name)
        write_html_report(project, report, result, args.output, most=args.rows, recounted=True)
    return 0


def write_html_report(
    project: Project,
    report: RunReport,
    result: RunResult,
    target: str,
    *,
    most: int | None = ROWS,
    recounted: bool = False,
    quiet: bool = False,
) -> None:
    """Write a run's report as HTML, and say so. Raises InputError when it can't be written, ProjectError."""
    from synterm.reports.html.document import write_html

    choice = write_html(project, report, result, target, most=most, recounted=recounted)
    if target != "-" and not quiet:
        left_out = choice.made - choice.shown
        some = f", {left_out:,} left out (--rows all)" if left_out else ""
        say(f"{target}: {plural(choice.shown, 'evaluation')}{some}, {megabytes(Path(target).stat().st_size)}")


def _refuse_no_folder(target: str | None) -> None:
    """Better said before the work than after it. Raises UsageError for a file in a folder that is not there."""
    if target and not Path(target).parent.is_dir():
        raise UsageError("there is no such folder", where=str(Path(target).parent))


def _rows(text: str) -> int | None:
    return None if text == "all" else positive(text)


_rows.__name__ = "whole number"
