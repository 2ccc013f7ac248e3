"""Relatives of evaluation cases: a variation of one gives it away."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import TrainingExample
from synterm.finetune.families import Kin, families, relation
from synterm.finetune.guards.base import EVALUATED, Kept, Known, Sorting

_NEAREST = ("its root", "what it was made of", "made of it", "of its lineage")


def refuse_relatives(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse cases of whose family any is in dev or holdout, whatever became of it.

    A split is fixed by the root, so that happens only after a merge or an edit.
    """
    sorting = Sorting("lineage")
    own = [Kin.of(example.case) for example in examples if example.case.id not in known.kin]
    mixed = {
        kin.id: family
        for family in families([*known.kin.values(), *own])
        if any(kin.split in EVALUATED for kin in family)
        for kin in family
    }
    for example in examples:
        family = mixed.get(example.case.id)
        if family is None:
            sorting.keep(example)
            continue
        me = known.kin.get(example.case.id) or Kin.of(example.case)
        said, other = _nearest(me, family)
        sorting.refuse(example, f"{said}, case {other.id[-8:]}, is in {other.split}", other=other.id)
    return sorting.kept


def _nearest(me: Kin, family: Sequence[Kin]) -> tuple[str, Kin]:
    """The relative in an evaluation split that is nearest, and what it is."""
    found = [(relation(me, kin, family), kin) for kin in family if kin.split in EVALUATED and kin.id != me.id]
    said, other = min(found, key=lambda one: (_NEAREST.index(one[0]), EVALUATED.index(one[1].split), one[1].id))
    return _SAID[said], other


_SAID = {
    "its root": "the start of its lineage",
    "what it was made of": "what it was made of",
    "made of it": "what was made of it",
    "of its lineage": "another variation of its lineage",
}
