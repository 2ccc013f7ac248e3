"""Lineages of dev that are set aside to learn from: which would move, and moving them so that it can be taken back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.setting_aside import BehaviorAside, SetAside
from synterm.core.training import TrainingPlan
from synterm.errors import InputError
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.cases.changes import assigning
from synterm.tui.edits import Edit
from synterm.tui.finetune.wanted import share_of
from synterm.tui.screens.text import MUTED
from synterm.tui.widgets.table import Cell, TableColumn

FEW = 10
"""With fewer lineages in dev, what is measured there says little."""
COLUMNS = (
    TableColumn("behavior"),
    TableColumn("lineages", 8, right=True, rank=1),
    TableColumn("move", 5, right=True),
    TableColumn("cases", 5, right=True, rank=1),
    TableColumn("stay in dev", 11, right=True),
)


def read_share(text: str) -> float:
    """The share that is typed. Raises InputError."""
    share = share_of(text, "share")
    if not share:
        raise InputError("above 0: at 0 nothing moves", where="share")
    return share


def would_move(project: Project, plan: TrainingPlan | None, share: float) -> SetAside:
    """What would move from dev to train. Takes its time: for threads. Raises SyntermError.

    Of what the plan names, as `synterm finetune --set-aside` takes it.
    """
    from synterm.evaluate.scenarios import scenario_ids
    from synterm.finetune.set_aside import Wanted, foresee_aside

    if plan is None:
        return foresee_aside(project, Wanted(share))
    scenarios = scenario_ids(project.nodes.tree(), plan.behaviors)
    return foresee_aside(project, Wanted(share, plan.near, plan.seed, scenarios, plan.where))


def moving(project: Project, found: SetAside) -> Edit:
    """Move them, as an edit that can be taken back exactly."""
    keys = project.cases.keys_of(found.case_ids)
    label = f"{plural(found.moved, 'lineage')} set aside to learn from"
    return assigning(project.cases, label, "split", "train", keys)


def move_cells(one: BehaviorAside) -> Sequence[Cell]:
    """One behavior."""
    return [
        (one.path, "" if one.moved else "dim"),
        (f"{one.lineages:,}", "dim"),
        (f"{one.moved:,}", "pass" if one.moved else "dim"),
        (f"{one.cases:,}", "dim"),
        (f"{one.left:,}", "error" if one.moved and one.left < FEW else "dim"),
    ]


def told_text(found: SetAside) -> Content:
    """What would move in a sentence, and what to know about it."""
    return Content("\n").join(_told(found))


def _told(found: SetAside) -> Iterator[Content]:
    train = found.before + found.moved
    if found.moved:
        yield Content.assemble(
            (f"{plural(found.moved, 'lineage')} with {plural(len(found.case_ids), 'case')} would move", "bold"),
            (f"; {train:,} of {found.lineages:,} would be in train. u takes it back.", MUTED),
        )
    else:
        yield Content.styled(
            f"Nothing would move: {train:,} of {plural(found.lineages, 'lineage')} are in train.", "$text-warning"
        )
    if found.like_holdout:
        yield Content.styled(
            f"◌ {plural(found.like_holdout, 'lineage')} stay: nearly the same stands in holdout", "$text-warning"
        )
    if found.like_elsewhere:
        yield Content.styled(
            f"◌ {plural(found.like_elsewhere, 'lineage')} stay: nearly the same stands in dev, outside of the plan",
            "$text-warning",
        )
    few = [row for row in found.behaviors if row.moved and row.left < FEW]
    if few:
        names = ", ".join(row.path.rpartition("/")[2] for row in few)
        yield Content.styled(
            f"◌ fewer than {FEW} lineages would be left to iterate on: {one_line(names, 120)}", "$text-warning"
        )
    for name, count in found.baselines.items():
        yield Content.styled(
            f"◌ baseline {one_line(name, 40)} has verdicts on {plural(count, 'case')} of them: pin a new one later",
            "$text-warning",
        )
