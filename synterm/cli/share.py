"""``synterm share``: a copy of a project to give away."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.output import data, say
from synterm.errors import UsageError, did_you_mean

HELP = """\
Make a copy of a project to give away: one file, whole, as the project is at this moment, also while a run or a
workbench has it open. What was deleted in the project is not in it. It is looked through for keys, and with one in it
nothing is written; personal data in it is told."""

EXAMPLES = """\
examples:
  synterm share my.db -o for-ada.db
  synterm share my.db -o for-ada.db --without traffic --without names
  synterm share my.db -o small.db --without runs
  synterm share my.db -o for-ada.db --dry-run

exit codes:
  0  it was made
  1  it holds keys: nothing was written
  2  the project can't be read, or the file can't be made

More: docs/sharing.md"""

_PARTS = ("runs", "traffic", "verdicts", "names")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm share`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument(
        "-o", "--output", "--out", dest="out", required=True, metavar="OUT", help="the file to make, NAME.db"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="PART",
        help="leave out runs (with all answers, what checks found and baselines), traffic (with the runs over it), "
        "verdicts (of people), or names (of people and machines, which become numbers); may be repeated",
    )
    parser.add_argument("--anyway", action="store_true", help="write it although it holds what looks like keys")
    parser.add_argument("--force", action="store_true", help="replace OUT where it is there already")
    parser.add_argument("--dry-run", action="store_true", help="write nothing; say what would be in it")
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="what came of it as JSON (synterm schema share); - for stdout",
    )


def run(args: argparse.Namespace) -> int:
    """Make the copy, and say what is in it."""
    from synterm.care.share import share
    from synterm.reports.json import write_json
    from synterm.reports.sharing import share_lines

    parts = dict.fromkeys(part.strip() for named in args.without for part in named.split(","))
    for part in parts:
        if part not in _PARTS:
            raise UsageError(f"{part!r} is nothing that can be left out", hint=did_you_mean(part, _PARTS))
    report = share(
        Path(args.project),
        Path(args.out),
        [part for part in _PARTS if part in parts],
        anyway=args.anyway,
        replace=args.force,
        dry_run=args.dry_run,
    )
    if args.json:
        write_json(report, args.json)
    for line in share_lines(report, dry_run=args.dry_run):
        (say if args.json == "-" else data)(line)
    if report.exit_code:
        say("hint: synterm edit changes what holds them; --without PART leaves it out; --anyway, where none is a key")
    return report.exit_code
