"""Examples without anything to learn."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import TrainingExample
from synterm.finetune.guards.base import Kept, Known, Sorting, what_of


def refuse_blank(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse answers that say nothing, and cases that have no others."""
    sorting = Sorting("no-answer")
    for example in examples:
        answers = (*example.positives, *example.negatives)
        blank = [answer for answer in answers if not answer.messages or not answer.text.strip()]
        if len(blank) == len(answers):
            sorting.refuse(example, "its answers are empty" if blank else "it has no right answer and no wrong one")
            continue
        for answer in blank:
            sorting.note(example, f"{what_of(example, answer)} is empty", "answer")
        sorting.keep_rest(example, {id(answer) for answer in blank})
    return sorting.kept
