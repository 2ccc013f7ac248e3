"""So that no behavior and no label drowns the others: what is left out of a set, and what is left out of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from math import floor
from statistics import median_high

from synterm.core.training import Order, TrainingExample


def ordered(examples: Sequence[TrainingExample], order: Order) -> list[TrainingExample]:
    """In the order in which they are taken: under ``hard`` what failed most first; what never ran stands in between.

    Within equals as the cases were added.
    """
    by_case = sorted(examples, key=lambda one: (one.case.id, one.phrasing))
    if order == "added":
        return by_case
    return sorted(by_case, key=lambda one: -(0.5 if one.difficulty is None else one.difficulty))


def balanced(examples: Sequence[TrainingExample], most: float) -> list[TrainingExample]:
    """The first of each behavior and each label, up to `most` times the examples of the median one.

    Labels are counted over all behaviors. Examples without a label are held to their behavior alone.
    """
    kept = _capped(examples, lambda one: one.behavior, most)
    return _capped(kept, lambda one: one.label, most)


def _capped(
    examples: Sequence[TrainingExample], group: Callable[[TrainingExample], str], most: float
) -> list[TrainingExample]:
    counts = Counter(name for one in examples if (name := group(one)))
    if not counts:
        return list(examples)
    cap = max(1, floor(most * median_high(counts.values())))
    taken: Counter[str] = Counter()
    kept: list[TrainingExample] = []
    for one in examples:
        name = group(one)
        taken[name] += 1
        if not name or taken[name] <= cap:
            kept.append(one)
    return kept
