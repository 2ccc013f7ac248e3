"""What `synterm inbox` can be asked for."""

from __future__ import annotations

import argparse

from synterm.cli import drift
from synterm.cli.parser import natural, positive
from synterm.core.since import HINT
from synterm.errors import UsageError

HELP = """\
Traffic of the app, brought in from its logs: how much of it each behavior is, how sure that is, and what no case
covers. What is worth a case becomes one: a draft that expects what was answered, until somebody says otherwise.
docs/inbox.md says how it is placed and counted."""

EXAMPLES = """\
examples:
  synterm inbox my.db
  synterm inbox my.db --since 7d --scenarios
  synterm inbox my.db --behavior 'Routing/*' --low       calls that may be about something else
  synterm inbox my.db --find refund --limit 50
  synterm inbox my.db --show 8FH3K2QW
  synterm inbox my.db --uncovered 1                      the calls of the first cluster
  synterm inbox my.db --promote 1 --most 5 --into 'Routing/From production/refunds'
  synterm inbox my.db --promote 8FH3K2QW 0M4R7T1C
  synterm inbox my.db --undo
  synterm inbox my.db --drift --by week
  synterm inbox my.db --since 24h --json - | jq '.behaviors[] | {path, share}'

exit codes:
  0  told, or done
  1  with --drift and --fail-on: what it names was found
  2  the command is wrong"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm inbox`."""
    parser.add_argument("project", metavar="PROJECT")
    parser.add_argument("--show", metavar="CALL", help="one call in full, by its id or the end of it")
    parser.add_argument(
        "--json", nargs="?", const="-", metavar="FILE", help="as JSON (synterm schema inbox); - for stdout"
    )
    parser.add_argument(
        "--uncovered",
        nargs="?",
        const="",
        metavar="CLUSTER",
        help="what no case covers, in clusters; with CLUSTER (its number, id or name) the calls of one",
    )
    parser.add_argument("--scenarios", action="store_true", help="also a row for each scenario")
    _which(parser)
    _acts(parser)
    drift.add_arguments(parser)


def _acts(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("what becomes of them").add_argument
    calls = "calls by their ids, or a cluster by its number, id or name; without any, all that the options above mean"
    add("--promote", nargs="*", metavar="CALL|CLUSTER", help=f"make draft cases of {calls}")
    add("--into", metavar="PATH", help="their scenario, made where it is not there (default: where each is placed)")
    add("--most", type=positive, metavar="N", help="so many at most: those that are typical, and unlike each other")
    add("--split", choices=("dev", "holdout", "train"), default="dev", help="the split of the cases (default dev)")
    add("--duplicates", action="store_true", help="also what a case says already in about the same words")
    add("--dismiss", nargs="*", metavar="CALL|CLUSTER", help="put calls away: they are of no use as cases")
    add(
        "--undo",
        nargs="*",
        metavar="CALL|CLUSTER",
        help="have calls be new again; drafts made of them go, where nobody touched them "
        "(without any name or option: what was promoted last)",
    )
    add("--dry-run", action="store_true", help="only say what would come of it")
    add("--replace", action="store_true", help="place calls again by the cases as they are now (extra analysis)")


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


def acts(args: argparse.Namespace) -> list[str]:
    """The acts that are asked for, as options."""
    asked = [f"--{name}" for name in ("promote", "dismiss", "undo") if getattr(args, name) is not None]
    return [*asked, *(["--replace"] if args.replace else [])]


def checked(args: argparse.Namespace) -> None:
    """Raise UsageError for options that don't go together."""
    asked = acts(args)
    if len(asked) > 1:
        raise UsageError(f"{' and '.join(asked)} exclude each other")
    drift.refuse_without_drift(args)
    if args.show and (asked or args.uncovered is not None):
        raise UsageError("--show shows one call", hint="synterm inbox PROJECT --show CALL")
    if args.dry_run and (args.replace or not asked):
        raise UsageError("--dry-run goes with --promote, --dismiss or --undo")
    if (args.into or args.most or args.duplicates) and args.promote is None:
        raise UsageError("--into, --most and --duplicates go with --promote", hint="--promote CALL|CLUSTER --into PATH")
    if args.json and asked and args.promote is None:
        raise UsageError(f"{asked[0]} has no --json")
