"""Pairs whose wrong answer is the right one."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import TrainingAnswer, TrainingExample
from synterm.finetune.guards.base import Kept, Known, Sorting, what_of
from synterm.finetune.guards.wording import same_form
from synterm.text import one_line


def refuse_same(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse wrong answers that say what a right one says: whatever the case, white space and form of Unicode, and by
    value where they are JSON."""
    sorting = Sorting("same-answer")
    for example in examples:
        right = {_form(answer): answer for answer in reversed(example.positives)}
        same = [(answer, twin) for answer in example.negatives if (twin := right.get(_form(answer)))]
        sorting.sift(example, [(answer, _words(example, answer, twin)) for answer, twin in same], "pair")
    return sorting.kept


def _words(example: TrainingExample, answer: TrainingAnswer, twin: TrainingAnswer) -> str:
    exactly = "" if answer.text == twin.text else f' "{one_line(twin.text, 40)}"'
    return f"{what_of(example, answer)} is the right one{exactly} as well"


def _form(answer: TrainingAnswer) -> tuple[str, ...]:
    """What the assistant says in it, from the first message to the last."""
    return tuple(same_form(message.content) for message in answer.messages if message.role == "assistant")
