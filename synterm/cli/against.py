"""What `synterm run` holds its run against: the options, and what they name."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from synterm.cli.output import say
from synterm.errors import UsageError
from synterm.storage.project import Project

if TYPE_CHECKING:
    from synterm.evaluate.opponents import Opponent
    from synterm.evaluate.run import RunPlan

FAIL_ON = ("gate", "regression", "insufficient", "error")
MAIN = "main"
"""The baseline that gates on regressions mean when they name none, if it is there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say what the run is held against."""
    add = parser.add_argument_group("what it is held against").add_argument
    add("--baseline", metavar="NAME", help="the run that is pinned under this name (synterm baseline)")
    add(
        "--against",
        metavar="WHAT",
        help="@v1, NAME@v1, @draft or @latest: that version is evaluated on the same cases and models; FILE.db or "
        "FILE.db@v1: so are the prompts of the same names in another project file, as drafts or that version; "
        "or a baseline's name, a run's id, last",
    )


def find_opponent(project: Project, args: argparse.Namespace, chosen: RunPlan) -> Opponent | None:
    """What the options name, or else what the gates on regressions name; None where nothing does.

    Raises UsageError where options do not fit together, or need one that is missing.
    """
    if args.baseline and args.against:
        raise UsageError("--baseline and --against are two things to compare with", hint="leave one of them out")
    wanted = args.baseline or args.against or _of_gates(project)
    if wanted:
        from synterm.evaluate.opponents import baseline, opponent

        return opponent(project, wanted, chosen.variants) if args.against else baseline(project, wanted)
    asked: frozenset[str] = args.fail_on or frozenset[str]()
    hint = "--baseline NAME, or --against @v1"
    if "insufficient" in asked:
        raise UsageError("--fail-on insufficient needs something to compare with", hint=hint)
    if "regression" in asked:
        say(f"nothing is compared, so --fail-on regression finds none: {hint}")
    return None


def _of_gates(project: Project) -> str | None:
    """The baseline that gates on regressions need: the first that one names and that is there, else `MAIN`."""
    every = [*project.gates, *(gate for node in project.nodes.tree().walk() for gate in node.gates)]
    gates = [gate for gate in every if gate.kind == "no_regression"]
    if not gates:
        return None
    known = project.baselines.names()
    named = [gate.baseline for gate in gates if gate.baseline]
    return next((name for name in (*named, MAIN) if name in known), None)
