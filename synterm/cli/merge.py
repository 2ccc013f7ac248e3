"""``synterm merge``: make one project file of several."""

from __future__ import annotations

import argparse
from pathlib import Path

from synterm.cli.output import data, say

HELP = """\
Make one file of several files of one project: the shards of a run, or the copies that people worked on. What only one
of them says is taken over; what is equal stands once. The files themselves are not changed."""

EXAMPLES = """\
examples:
  synterm merge -o all.db shards/*.db              then synterm run all.db answers from the file
  synterm merge -o both.db --dry-run mine.db yours.db
  synterm merge -o both.db --base before.db mine.db yours.db
  synterm merge -o both.db --prefer newest mine.db yours.db

exit codes:
  0  merged
  1  both changed the same: nothing was written, the conflicts are listed
  2  a file can't be merged

More, also as a merge driver of git: docs/merging.md"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm merge`."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="project files of one project, in any order")
    parser.add_argument(
        "-o", "--output", "--out", dest="out", required=True, metavar="OUT", help="the file to make; none of those"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT where it is there already")
    parser.add_argument(
        "--base",
        metavar="FILE",
        help="what all of them were before: what only one side changed or removed since is taken from it then. "
        "An empty file stands for none",
    )
    parser.add_argument(
        "--prefer",
        choices=("newest", "first"),
        help="where both changed the same: take what was changed last, or what the file says that is named first",
    )
    parser.add_argument("--dry-run", action="store_true", help="write nothing; say what would come of it")
    parser.add_argument(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="what came of it as JSON (synterm schema merge); - for stdout",
    )
    parser.add_argument("--quiet", action="store_true", help="say nothing but conflicts and errors")


def run(args: argparse.Namespace) -> int:
    """Merge, and say what came of it."""
    from synterm.cli.trusting import tell_trust
    from synterm.formats.merge_files import merge_files
    from synterm.reports.json import write_json
    from synterm.reports.merging import merge_lines

    report = merge_files(
        [Path(file) for file in args.files],
        Path(args.out),
        base=Path(args.base) if args.base else None,
        prefer=args.prefer,
        replace=args.force,
        dry_run=args.dry_run,
    )
    if args.json:
        write_json(report, args.json)
    if not args.quiet or report.exit_code:
        tell = say if args.json == "-" or args.quiet else data
        for line in merge_lines(report, dry_run=args.dry_run):
            tell(line)
    if not report.exit_code and not args.dry_run:
        # What both sides were trusted with is on the list, by the project's id; what a strange side adds is not.
        tell_trust(Path(args.out), grant=False)
    return report.exit_code
