"""What `synterm inbox` can be asked for."""

from __future__ import annotations

import argparse

from synterm.cli.parser import natural
from synterm.core.since import HINT
from synterm.errors import UsageError

HELP = """\
Traffic of the app, brought in from its logs: how much of it each behavior is, how sure that is, and what no case
covers. docs/inbox.md says how it is placed and counted."""

EXAMPLES = """\
examples:
  synterm inbox my.db
  synterm inbox my.db --since 7d --scenarios
  synterm inbox my.db --behavior 'Routing/*' --low       calls that may be about something else
  synterm inbox my.db --find refund --limit 50
  synterm inbox my.db --show 8FH3K2QW
  synterm inbox my.db --since 24h --json - | jq '.behaviors[] | {path, share}'"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm inbox`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("--show", metavar="CALL", help="one call in full, by its id or the end of it")
    parser.add_argument("--json", metavar="FILE", help="as JSON (synterm schema inbox); - for stdout")
    parser.add_argument("--scenarios", action="store_true", help="also a row for each scenario")
    _which(parser)


def _which(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("which calls").add_argument
    add("--since", metavar="WHEN", help=f"answered then or later: {HINT}")
    add("--until", metavar="WHEN", help="answered before then")
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="list the calls placed there: a feature, behavior or scenario, by path or name; may be repeated",
    )
    add("--low", action="store_true", help="placed with a confidence below 0.5")
    add("--find", action="append", default=[], metavar="WORDS", help="they stand in input or output; may be repeated")
    add("--model", action="append", default=[], metavar="NAME", help="answered by this model; may be repeated")
    add(
        "--state",
        action="append",
        default=[],
        choices=("new", "promoted", "dismissed"),
        help="what became of them; may be repeated",
    )
    add("--limit", type=natural, metavar="N", default=20, help="so many are listed (default 20; 0: all)")
    add("--before", metavar="CALL", help="list those that are older than this one: the next page")


def checked(args: argparse.Namespace) -> None:
    """Raise UsageError for options that don't go together."""
    if args.show and (args.behavior or args.find or args.before):
        raise UsageError("--show shows one call", hint="synterm inbox PROJECT --show CALL")
