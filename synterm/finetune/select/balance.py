"""How many examples: no behavior and no label far above the others, and no more than a limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from synterm.core.training import Order, TrainingExample


def ordered(examples: Sequence[TrainingExample], order: Order) -> list[TrainingExample]:
    """`examples` in the order of a plan. Hard: those that fail most come first, then those that nobody tried; whatever
    is equal stays in the order given."""
    if order == "added":
        return [*examples]
    return sorted(examples, key=lambda one: (-(one.difficulty or 0.0), one.difficulty is not None))


def balanced(examples: Sequence[TrainingExample], most: float) -> list[TrainingExample]:
    """The first of `examples` so that no behavior, and no label, has more than `most` times the examples of the median
    one (at least one). Those without a label are not held to labels."""
    left = [*examples]
    while True:
        kept = _capped(_capped(left, most, lambda one: one.behavior), most, lambda one: one.label)
        # What a label loses may make its behavior's median smaller.
        if len(kept) == len(left):
            return kept
        left = kept


def _capped(
    examples: list[TrainingExample], most: float, group: Callable[[TrainingExample], str]
) -> list[TrainingExample]:
    counts = Counter(name for one in examples if (name := group(one)))
    if not counts:
        return examples
    cap = max(1, int(most * median(counts.values())))
    taken: Counter[str] = Counter()
    kept: list[TrainingExample] = []
    for one in examples:
        name = group(one)
        taken[name] += 1
        if not name or taken[name] <= cap:
            kept.append(one)
    return kept
