"""Cases of the evaluation splits: what is learnt by heart proves nothing there."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import TrainingExample
from synterm.finetune.guards.base import EVALUATED, Kept, Known, Sorting


def refuse_evaluated(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse cases that are in dev or holdout: as they were read, or as they are by now."""
    sorting = Sorting("split")
    for example in examples:
        now = known.kin.get(example.case.id)
        split = now.split if now and now.split in EVALUATED else example.case.split
        if split in EVALUATED:
            # Nobody is to read holdout on the way.
            sorting.refuse(example, f"it is in {split}, which models are evaluated on", hidden=split == "holdout")
        else:
            sorting.keep(example)
    return sorting.kept
