"""What says about the same as an evaluation case, wherever in the tree that stands."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from synterm.core.training import TrainingExample
from synterm.finetune.guards.alike import Twin, twins
from synterm.finetune.guards.base import Kept, Known, Sorting
from synterm.finetune.guards.wording import inputs_of

MOST_NEAR = 0.97
"""A plan can't ask for more: what differs by a letter or two is refused whatever it says."""


def refuse_near(known: Known, examples: Sequence[TrainingExample]) -> Kept:
    """Refuse what is, in its wording, as alike an evaluation case as the plan says; what is the same but for case,
    punctuation and white space always.

    Raises InputError where so many texts are made of the same letters that they can't be compared.
    """
    sorting = Sorting("near-duplicate")
    asked = [inputs_of(example.case.input).texts for example in examples]
    found = twins(asked, [one.texts for one in known.evaluated], nearness(known.plan.near))
    for number, example in enumerate(examples):
        twin = found.get(number)
        if twin is None:
            sorting.keep(example)
            continue
        other = known.evaluated[twin.other]
        sorting.refuse(example, f"{_words(twin)} {other.name}", other=other.id)
    return sorting.kept


def nearness(wanted: float) -> float:
    """From how alike on a plan's near-duplicates are refused."""
    return min(wanted, MOST_NEAR)


def _words(twin: Twin) -> str:
    return "it says the same as" if twin.likeness >= 1 else f"it is {floor(twin.likeness * 100 + 1e-9)} % alike"
