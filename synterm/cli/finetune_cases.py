"""``synterm finetune --set-aside`` and ``--teacher``: cases to learn from, and right answers for them."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator

from synterm.cli.output import data, refuse_no_folder, say
from synterm.core.setting_aside import SetAside
from synterm.errors import ExitCode
from synterm.evaluate.scenarios import scenario_ids
from synterm.finetune.set_aside import Wanted, set_aside
from synterm.storage.project import Project
from synterm.text import plural

FEW = 10
"""With fewer lineages a prompt is tuned to these, and not to what they stand for."""


def act_on_cases(project: Project, args: argparse.Namespace) -> int:
    """Set cases aside, or have a stronger model answer them; gives the exit code."""
    refuse_no_folder(None if args.json == "-" else args.json)
    if args.set_aside is not None:
        return _set_aside(project, args)
    from synterm.cli.finetune_teacher import teach

    return teach(project, args)


def _set_aside(project: Project, args: argparse.Namespace) -> int:
    wanted = Wanted(
        args.set_aside, args.near, args.seed, scenario_ids(project.nodes.tree(), args.behavior), tuple(args.where)
    )
    found = set_aside(project, wanted)
    if args.json:
        from synterm.reports.json import write_json

        write_json(found, args.json)
    if not args.quiet:
        for line in set_aside_lines(found, args.project):
            (say if args.json == "-" else data)(line)
    return ExitCode.OK


def set_aside_lines(found: SetAside, project: str) -> Iterator[str]:
    """What was moved, what stays and why, and what to know about it."""
    yield _headline(found)
    width = max((len(row.path) for row in found.behaviors), default=0)
    for row in found.behaviors:
        cases = f" ({plural(row.cases, 'case')})" if row.cases != row.moved else ""
        stays = f"{row.before + row.moved:,} of {plural(row.lineages, 'lineage')} in train, {row.left:,} in dev"
        yield f"  {row.path.ljust(width)}  {row.moved:,} moved{cases}: {stays}"
    yield from _staying(found)
    yield from _warnings(found)
    if found.moved:
        others = f" (with the {plural(found.before, 'lineage')} that were there before)" if found.before else ""
        yield f"to undo: synterm edit {shlex.quote(project)} case --where split:train --split dev{others}"


def _headline(found: SetAside) -> str:
    if not found.lineages:
        return "nothing to set aside: no lineage that was asked for is wholly in dev or in train"
    there = f"{found.before + found.moved:,} of {plural(found.lineages, 'lineage')} in train"
    if not found.moved:
        return f"nothing was moved: {there}, {found.share:.0%} were asked for"
    moved = f"{plural(found.moved, 'lineage')} ({plural(len(found.case_ids), 'case')})"
    return f"moved {moved} from dev to train: {there}"


def _staying(found: SetAside) -> Iterator[str]:
    if found.like_holdout:
        yield f"{plural(found.like_holdout, 'lineage')} can't move: nearly the same stands in holdout"
    if found.like_elsewhere:
        yield (
            f"{plural(found.like_elsewhere, 'lineage')} can't move: nearly the same stands in dev, among cases that "
            "were not asked for"
        )
    missing = int(found.share * found.lineages + 0.5) - found.before - found.moved
    if missing > 0:
        yield (
            f"{plural(missing, 'lineage')} short of {found.share:.0%}: what is nearly the same moves together, and "
            "more than a behavior's share does not"
        )


def _warnings(found: SetAside) -> Iterator[str]:
    for row in found.behaviors:
        if row.moved and row.left < FEW:
            yield f"! {row.path} keeps {plural(row.left, 'lineage')} to iterate on: fewer than {FEW} say little"
    for name, count in found.baselines.items():
        yield (
            f"! baseline {name} has verdicts on {plural(count, 'case')} that moved: runs over dev are held against it "
            "without them; pin a new one"
        )
