"""What `synterm run` holds its run against: the options, and what they name."""

from __future__ import annotations

import argparse
from dataclasses import replace
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


def held(project: Project, args: argparse.Namespace, chosen: RunPlan) -> tuple[RunPlan, Opponent | None]:
    """What the options name, and the run with what has to be evaluated for it; None where nothing is named.

    Gates on regressions need a baseline, too: see `_for_gates`. Raises UsageError where options do not fit together, or
    need one that is missing, or where nothing could be compared.
    """
    if args.baseline and args.against:
        raise UsageError("--baseline and --against are two things to compare with", hint="leave one of them out")
    if args.baseline or args.against:
        from synterm.evaluate.opponents import baseline, opponent

        named = args.baseline is None
        found = opponent(project, args.against, chosen.variants) if named else baseline(project, args.baseline)
        return found.joined(chosen), found
    asked: frozenset[str] = args.fail_on or frozenset[str]()
    for_gates = _for_gates(project, chosen)
    if for_gates:
        # Nobody asked for it: only those gates fail the run.
        return (chosen if asked else replace(chosen, fail_on=chosen.fail_on - {"regression"})), for_gates
    hint = "--baseline NAME, or --against @v1"
    if "insufficient" in asked:
        raise UsageError("--fail-on insufficient needs something to compare with", hint=hint)
    if "regression" in asked:
        say(f"nothing is compared, so --fail-on regression finds none: {hint}")
    return chosen, None


def baseline_of_gates(project: Project) -> str | None:
    """The baseline that gates on regressions mean: the first that one names and that is there, else `MAIN`; None where
    there are no such gates, or no such baseline."""
    every = [*project.gates, *(gate for node in project.nodes.tree().walk() for gate in node.gates)]
    gates = [gate for gate in every if gate.kind == "no_regression"]
    known = project.baselines.names() if gates else []
    return next((name for name in (*(gate.baseline for gate in gates), MAIN) if name in known), None)


def _for_gates(project: Project, chosen: RunPlan) -> Opponent | None:
    """The baseline that gates on regressions need: the first that one names and that is there, else `MAIN`.

    None where it has none of the cases: such gates stay open then.
    """
    wanted = baseline_of_gates(project)
    if wanted is None:
        return None
    from synterm.evaluate.opponents import baseline

    found = baseline(project, wanted)
    try:
        found.joined(chosen)
    except UsageError as nothing:
        say(f"{nothing}: gates on regressions stay open")
        return None
    return found
