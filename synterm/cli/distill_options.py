"""The options of ``synterm distill``."""

from __future__ import annotations

import argparse

from synterm.cli.output import refuse_no_folder
from synterm.cli.parser import amount, positive
from synterm.errors import UsageError

HELP = """\
From a list of failures to why, where and what next. Without options: the cases that keep failing, by type and with
reasons; what they have in common, as clusters; what goes with failing; and what one does next. Nothing is asked and
nothing written then. The rest looks into single failures or clusters, and keeps what it finds; docs/distill.md."""

EXAMPLES = """\
examples:
  synterm distill my.db                              the report on the last run
  synterm distill my.db --run last-1 --behavior 'Routing/*' --limit 10
  synterm distill my.db --cluster                    and keep the clusters, so that their names stay
  synterm distill my.db --name 2 'follow-ups without a subject'
  synterm distill my.db --judge gpt                  types as a model sees them, with reasons
  synterm distill my.db --confirm 8FH3K2QW=wrong-label
  synterm distill my.db --shrink 8FH3K2QW --keep     the smallest input that fails, and the nearest that passes
  synterm distill my.db --boundary 8FH3K2QW --along noise --along length
  synterm distill my.db --boundary 8FH3K2QW --along 'value:city=Rome,Oslo'
  synterm distill my.db --around 1 --rounds 2 --with 'fillers | misspellings'
  synterm distill my.db --behavior Robustness --attack jailbreak prompt-leak --keep
  synterm distill my.db --attack pair --writer gpt --requests 40 --max-cost 0.50
  synterm distill my.db --json - | jq '.clusters[].name'

exit codes:
  0  done
  2  the command is wrong
  3  it ended before: a cap, a limit, no answer
  130, 143, 129  interrupted: the same command again goes on with the answers that it had"""

_ACTS = ("cluster", "name", "judge", "confirm", "shrink", "boundary", "around", "attack")
"""What writes."""
_NEEDS: dict[str, tuple[str, ...]] = {
    "along": ("boundary",),
    "keep": ("shrink", "attack"),
    "unguarded": ("shrink",),
    "requests": ("shrink", "boundary", "attack"),
    "repeats": ("shrink", "boundary", "around", "attack"),
    "max_cost": ("cluster", "judge", "shrink", "boundary", "around", "attack"),
    "rounds": ("around", "attack"),
    "count": ("around", "attack"),
    "chains": ("around",),
    "writer": ("cluster", "around", "attack"),
}
"""Options that say how something is done, and what that is."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("project", metavar="PROJECT")
    _which(parser)
    _types_and_clusters(parser)
    _looking(parser)
    _how(parser)
    add = parser.add_argument_group("what comes of it").add_argument
    add("--limit", type=positive, default=5, metavar="N", help="so many reasons of a type, and clusters (default 5)")
    add(
        "--json",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write all of it as JSON (synterm schema distill); - for stdout",
    )
    add("--quiet", action="store_true", help="say nothing but errors")


def checked(args: argparse.Namespace) -> list[str]:
    """Which of its acts are asked for, by their names. Raises UsageError for options that need another."""
    acts = [name for name in _ACTS if getattr(args, name)]
    for option, needed in _NEEDS.items():
        if getattr(args, option) and not set(needed) & {*acts}:
            written = {"chains": "with"}.get(option, option).replace("_", "-")
            hint = " or ".join(f"--{name}" for name in needed)
            raise UsageError(f"--{written} says how, but not what", hint=f"it goes with {hint}")
    if args.boundary and not args.along:
        raise UsageError("--boundary needs to know what is varied", hint="--along noise, length, phrasing, temperature")
    if args.json:
        refuse_no_folder(args.json)
    return acts


def _which(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("which failures").add_argument
    add("--run", default="last", metavar="ID", help="up to this run: its id or the end of it, last or last-1")
    add("--runs", type=positive, default=3, metavar="K", help="a failure stays that failed in the last K (default 3)")
    add("--prompt", metavar="NAME[@V]", help="only under this prompt, or this version of it")
    add("--model", metavar="NAME", help="only under this model")
    add(
        "--behavior",
        action="append",
        default=[],
        metavar="GLOB",
        help="only in these features, behaviors or scenarios, by path or name; may be repeated",
    )


def _types_and_clusters(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("types and clusters").add_argument
    add("--judge", metavar="MODEL", help="have a model of the project say of which type each failure is, and why")
    add(
        "--confirm",
        action="append",
        default=[],
        metavar="CASE=TYPE",
        help="say so yourself: spec-gap, model-error, wrong-label, judge-error or infrastructure; it stays so",
    )
    add("--cluster", action="store_true", help="keep the clusters: from run to run they are known again")
    add(
        "--name",
        nargs=2,
        action="append",
        default=[],
        metavar=("CLUSTER", "WORDS"),
        help="name a cluster, by its number or id; the name stays",
    )


def _looking(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("looking into failures").add_argument
    add("--shrink", nargs="+", default=[], metavar="CASE", help="leave out of its input what it does not need to fail")
    add(
        "--keep",
        action="store_true",
        help="with --shrink: keep the pair that fails and passes as two drafts; with --attack: those that succeeded",
    )
    add(
        "--unguarded",
        action="store_true",
        help="with --shrink: leave out what can be, also where what is left plainly asks for something else",
    )
    add("--boundary", metavar="CASE", help="vary one thing about it, and find where the verdict turns")
    add(
        "--along",
        action="append",
        default=[],
        metavar="DIMENSION",
        help="noise (or noise:fillers …), length, phrasing, temperature, value:NAME=a,b,c; may be repeated",
    )
    add(
        "--around",
        nargs="+",
        default=[],
        metavar="CLUSTER|CASE",
        help="make neighbours of a cluster, or of cases, and keep those that fail too as a scenario",
    )
    add(
        "--with",
        dest="chains",
        action="append",
        default=[],
        metavar="GENERATOR",
        help="with --around: what makes them, as in synterm generate (default: noise, or with --writer paraphrases)",
    )
    add(
        "--attack",
        nargs="+",
        default=[],
        metavar="KIND",
        help="attack cases that pass: prompt-leak, jailbreak, role-play, encoding, indirect-injection …, or with a "
        "model that learns: pair, tree, crescendo (docs/distill.md)",
    )
    add(
        "--rounds",
        type=positive,
        metavar="N",
        help="at most so many, of neighbours (default 3), or of tries of a model that attacks (default 5)",
    )
    add(
        "--count",
        type=positive,
        metavar="N",
        help="so many neighbours each round (default 12); with --attack: so many cases (default 10)",
    )
    add(
        "--writer",
        metavar="MODEL",
        help="the project's model that writes neighbours or attacks, or names clusters with --cluster (default: none)",
    )


def _how(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how much it may take").add_argument
    add("--requests", type=positive, metavar="N", help="answers asked for each (default 60; boundary: 100)")
    add("--repeats", type=positive, metavar="K", help="each input so often (default 3; 1 at temperature 0)")
    add("--max-cost", type=amount, metavar="USD", help="stop before more than this is spent")
