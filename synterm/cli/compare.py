"""``synterm compare``: hold two recorded runs, versions, models or baselines against each other."""

from __future__ import annotations

import argparse
import sys

from synterm.cli.output import say
from synterm.cli.parser import natural
from synterm.core.tree import LEVELS
from synterm.errors import UsageError, did_you_mean
from synterm.storage.foreign import read_only

HELP = """\
Hold what was recorded against each other, on the same cases: what was fixed, what broke, and whether that counts.
Nothing is sent. What each figure means stands in docs/verdicts.md."""

EXAMPLES = """\
examples:
  synterm compare my.db last-1 last
  synterm compare my.db router@v1 router@v2 --list 20
  synterm compare my.db gpt-4o-mini local --by scenario
  synterm compare my.db main last --fail-on regression --json verdict.json
  synterm compare my.db ../before/my.db last

A and B, the earlier side and the later one, are each the first of these that is there:
  main                    a baseline
  8FH3K2QW, last, last-1  a run by its id or the end of it; the newest complete run, or the one before
  router@v2, @v2          the newest complete run that has this version, and of it this version
  local                   the newest complete run that has this model, and of it this model
  other.db                the last complete run of another project file

exit codes:
  0  compared
  1  something got worse (with --fail-on regression)
  2  there is no such run
  4  not enough evidence (with --fail-on insufficient)"""

_FAIL_ON = ("regression", "insufficient")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm compare`."""
    add = parser.add_argument
    add("project", metavar="PROJECT")
    add("before", metavar="A", help="the earlier side: see below")
    add("after", metavar="B", help="the later side")
    add("--by", choices=LEVELS, default="behavior", help="the parts to compare one by one (default: behavior)")
    add("--list", type=natural, default=5, metavar="N", help="show the first N cases that broke, and as many others")
    add(
        "--fail-on",
        type=_fail_on,
        default=frozenset[str](),
        metavar="LIST",
        help="what makes the exit code other than 0: regression (1), insufficient (4)",
    )
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write the comparison as JSON (synterm schema compare); - for stdout",
    )


def run(args: argparse.Namespace) -> int:
    """Compare, tell, and give the exit code."""
    from synterm.evaluate.compare.names import resolve
    from synterm.evaluate.compare.outcome import exit_code
    from synterm.evaluate.compare.report import compare

    with (
        read_only(args.project) as project,
        resolve(project, args.before) as before,
        resolve(project, args.after) as after,
    ):
        report = compare(before, after, args.by)
    if args.json:
        from synterm.reports.json import write_json

        write_json(report, args.json)
    from synterm.reports.comparison import print_comparison

    print_comparison(report, sys.stderr if args.json == "-" else sys.stdout, args.by, args.list)
    code, words = exit_code(report, args.fail_on)
    if code:
        say(f"exit {int(code)}: {words}")
    return code


def _fail_on(text: str) -> frozenset[str]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in _FAIL_ON:
            raise UsageError(f"--fail-on {word!r} is not known", hint=did_you_mean(word, _FAIL_ON))
    return frozenset(words)
