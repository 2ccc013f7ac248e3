"""``synterm coverage``: what the cases of a project cover, what is missing, and filling it."""

from __future__ import annotations

import argparse
import shlex

from synterm.cli.choose import require_tags
from synterm.cli.output import data, refuse_commands, refuse_no_folder, rows, say
from synterm.cli.parser import positive, share
from synterm.core.coverage import CoverageReport
from synterm.errors import ExitCode, UsageError
from synterm.storage.foreign import read_only
from synterm.storage.project import Project

HELP = """\
Say what the accepted cases cover, behavior by behavior: labels, splits, lengths, noise, tones. What is missing comes
with the generators that make it, and --fill makes it. All is computed on this machine; docs/coverage.md says how."""

EXAMPLES = """\
examples:
  synterm coverage my.db
  synterm coverage my.db --behavior 'Routing/Out of scope' --want 5
  synterm coverage my.db --fill 1                    make what the first hole lacks
  synterm coverage my.db --fill 2 --count 20 --model gpt
  synterm coverage my.db --fill 1 --dry-run          only the synterm generate that does it
  synterm coverage my.db --json - --no-map
  synterm coverage my.db --html coverage.html        with a map of all cases by meaning
  synterm coverage my.db --min-score 0.8             for CI

exit codes:
  0  told
  1  less is covered than --min-score
  2  the command is wrong
  3  with --fill: it ended before so many were made"""


WANT = 3
"""Independent cases that each place wants if nothing else is said."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm coverage`."""
    add = parser.add_argument
    add("project", metavar="PROJECT")
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="only these features, behaviors or scenarios, by path or name; may be repeated",
    )
    add("--tag", action="append", default=[], metavar="T", help="only cases with this tag; repeated: with all of them")
    add("--want", type=positive, default=WANT, metavar="N", help="independent cases that each place wants (default 3)")
    add(
        "--by",
        choices=("meaning", "wording"),
        help="how near-duplicates are found (default: meaning where synterm[analysis] is installed)",
    )
    add("--limit", type=positive, default=10, metavar="N", help="so many holes are listed (default 10)")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write all of it as JSON (synterm schema coverage); - for stdout",
    )
    add("--html", metavar="FILE", help="write it as one HTML file, with the map")
    add(
        "--map",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="whether the map of cases is made (default: for --json and --html)",
    )
    add("--min-score", type=share, metavar="R", help="exit 1 where less than this share is covered")
    _filling(parser)


def _filling(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("filling a hole").add_argument
    add("--fill", metavar="HOLE", help="generate into a hole, by its number in the list or by its id")
    add("--count", type=positive, metavar="N", help="how many (default: as many as are missing)")
    add("--model", metavar="NAME", help="the project's model that writes (default: its first)")
    add("--dry-run", action="store_true", help="only say which synterm generate would do it")


def run(args: argparse.Namespace) -> int:
    """Tell, or fill."""
    if not args.fill and (args.count or args.model or args.dry_run):
        raise UsageError("--count, --model and --dry-run are for --fill", hint="--fill 1")
    if args.html:
        refuse_commands(args.html, "--html")
        refuse_no_folder(args.html)
    with read_only(args.project) as project:
        report = _report(project, args)
        if args.fill:
            from synterm.cli.coverage_fill import generate_words

            words = generate_words(project, report, args)
        else:
            _tell(project, report, args)
            return _verdict(report, args.min_score)
    if args.dry_run:
        data(shlex.join(["synterm", "generate", *words]))
        return ExitCode.OK
    from synterm.cli.coverage_fill import fill

    return fill(words)


def _report(project: Project, args: argparse.Namespace) -> CoverageReport:
    from synterm.describe.coverage.report import coverage_report
    from synterm.evaluate.scenarios import scenario_ids

    require_tags(project, args.tag)
    wanted = bool(args.json or args.html) if args.map is None else args.map
    return coverage_report(
        project,
        scenario_ids=scenario_ids(project.nodes.tree(), args.behavior),
        tags=args.tag,
        want=args.want,
        by=args.by,
        with_map=wanted and not args.fill,
    )


def _tell(project: Project, report: CoverageReport, args: argparse.Namespace) -> None:
    from synterm.describe.coverage.holes import ranked
    from synterm.reports.coverage import behavior_rows, head_lines, hole_rows, next_lines

    holes = ranked(report.behaviors)
    if args.html:
        from synterm.reports.html.coverage import write_coverage

        write_coverage(project, report, holes, args.html)
    if args.json:
        from synterm.reports.json import write_json

        write_json(report, args.json)
    for line in head_lines(report):
        say(line)
    if "-" not in (args.json, args.html):
        rows(behavior_rows(report))
        if holes:
            data("")
            rows(hole_rows(holes, args.limit))
    for line in next_lines(report, holes, args.limit, args.want, _command(args)):
        say(line)


def _command(args: argparse.Namespace) -> str:
    """The command with what decides which hole is the first."""
    words = ["synterm", "coverage", args.project]
    for option, values in (("--behavior", args.behavior), ("--tag", args.tag), ("--by", [args.by] if args.by else [])):
        words += [word for value in values for word in (option, value)]
    return shlex.join([*words, *(["--want", str(args.want)] if args.want != WANT else [])])


def _verdict(report: CoverageReport, least: float | None) -> int:
    if least is None or report.score >= least:
        return ExitCode.OK
    say(f"exit 1: {report.score:.2f} is covered, and --min-score asks for {least:g}")
    return ExitCode.GATE_FAILED
