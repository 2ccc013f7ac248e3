"""A few calls that stand for many: typical ones, and unlike each other."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.analysis.embeddings import embedder
from synterm.core.traffic import LoggedCall
from synterm.describe.wording import compared, normal
from synterm.errors import ModelError

MOST_LOOKED_AT = 2000
"""So many different inputs are compared with each other, evenly taken from all: the time grows with their square."""


def distinct(calls: Sequence[LoggedCall]) -> list[tuple[LoggedCall, float]]:
    """Calls that ask something else each, whatever its case and punctuation: the newest of each, and for how many calls
    all that ask the same stand."""
    found: dict[str, tuple[LoggedCall, float]] = {}
    for call in calls:
        text = normal(compared(call.input))
        known, weight = found.get(text, (call, 0.0))
        found[text] = max(known, call, key=lambda one: one.id), weight + call.weight
    return [*found.values()]


def evenly(calls: Sequence[LoggedCall], most: int) -> list[LoggedCall]:
    """So many of the calls, at even distances."""
    if len(calls) <= most:
        return [*calls]
    return [calls[at * len(calls) // most] for at in range(most)]


def typical(calls: Sequence[tuple[LoggedCall, float]], most: int) -> list[LoggedCall]:
    """So many of the calls that all others are near to one of them, as far as can be: the first stands for most.

    Each is chosen for what it adds: by how much the calls, by their weights, are more like the nearest of those that
    are chosen (facility location; choosing greedily comes to within 1 - 1/e of the best, Nemhauser, Wolsey and Fisher,
    Mathematical Programming 14 (1978) 265–294). Without the extra ``analysis`` nothing tells what is like what: they
    are taken evenly over time.
    """
    ordered = sorted(calls, key=lambda pair: pair[0].id)
    chosen = evenly([call for call, _ in ordered], MOST_LOOKED_AT)
    if len(chosen) <= 1 or most >= len(chosen):
        return chosen[:most]
    try:
        vectors = embedder().embed([compared(call.input) for call in chosen])
    except ModelError:
        return evenly(chosen, most)
    import numpy as np

    weights = {call.id: weight for call, weight in ordered}
    worth = np.array([weights[call.id] for call in chosen], np.float32)
    alike = np.maximum(vectors @ vectors.T, 0).astype(np.float32)
    best = np.zeros(len(chosen), np.float32)
    found: list[LoggedCall] = []
    for _ in range(most):
        gains = worth @ np.maximum(alike - best[:, None], 0)
        at = int(gains.argmax())
        if gains[at] <= 0:
            break
        found.append(chosen[at])
        best = np.maximum(best, alike[at])
    return found
