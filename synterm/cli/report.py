"""``synterm report``: a recorded run as one HTML file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from synterm.cli.output import refuse_commands, refuse_no_folder, say
from synterm.cli.parser import positive
from synterm.storage.foreign import read_only
from synterm.storage.project import Project
from synterm.text import megabytes, plural

if TYPE_CHECKING:
    from synterm.core.comparison import CompareReport
    from synterm.core.report import RunReport
    from synterm.evaluate.report import RunResult
    from synterm.storage.runs import RunRecord

HELP = """\
Write the report of a recorded run as one HTML file: the verdict, variants, behaviors, labels, errors, and the single
evaluations, to be sorted, filtered and opened. It needs no server, no network, and no JavaScript to be read."""

EXAMPLES = """\
examples:
  synterm report my.db -o report.html
  synterm report my.db 3F7K2Q -o report.html        a run by the end of its id (synterm history my.db)
  synterm report my.db -o report.html --against main      with what got better or worse since that baseline
  synterm report my.db -o report.html --rows all
  synterm run my.db --html report.html              the same, right after a run"""

ROWS = 5000
"""So many evaluations stand in a report if nothing else is said: about 3 MB."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm report`."""
    add = parser.add_argument
    add("project", metavar="PROJECT")
    add("run", metavar="RUN", nargs="?", default="last", help="by its id or the end of it; last (default), or last-1")
    add("-o", "--output", metavar="FILE", required=True, help="where to write it; - for stdout")
    add(
        "--against",
        metavar="WHAT",
        help="what the run is compared with, as in synterm compare: a baseline, another run, a version, FILE.db",
    )
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
    refuse_no_folder(args.output)
    with read_only(args.project) as project:
        from synterm.evaluate.recount import recount
        from synterm.evaluate.report import build_report

        record = project.runs.named(args.run)
        comparison = _against(project, record, args.against) if args.against else None
        result = recount(project, record).result
        report = build_report(result, run_id=record.id, project=project.name, comparison=comparison)
        write_html_report(project, report, result, args.output, most=args.rows, recounted=True)
    return 0


def _against(project: Project, record: RunRecord, name: str) -> CompareReport:
    """How the run stands against what is called so."""
    from synterm.evaluate.compare.chosen import chosen_run
    from synterm.evaluate.compare.names import resolve
    from synterm.evaluate.compare.report import compare

    with resolve(project, name) as before:
        return compare(before, chosen_run(project, record, f"run {record.id[-8:]}"))


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


def _rows(text: str) -> int | None:
    return None if text == "all" else positive(text)


_rows.__name__ = "whole number"
