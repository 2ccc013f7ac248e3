"""Examples without anything to learn."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import TrainingExample
from synterm.finetune.guards.base import Kept, Known, Sorting, kind_of


def refuse_blank(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse answers that say nothing, and cases that have no others, or no right one left."""
    sorting = Sorting("no-answer")
    for example in examples:
        answers = (*example.positives, *example.negatives)
        if not answers:
            sorting.refuse(example, "it has no right answer and no wrong one")
            continue
        blank = [answer for answer in answers if not answer.messages or not answer.text.strip()]
        sorting.sift(example, [(answer, f"{kind_of(example, answer)} is empty") for answer in blank])
    return sorting.kept
