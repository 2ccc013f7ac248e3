"""A boundary in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.distill import Step
from synterm.text import plural


def boundary_words(steps: Sequence[Step], flips: Sequence[tuple[float, float]]) -> str:
    """``passes up to 12 % misspellings, fails from 16 % misspellings on``."""
    judged = [step for step in steps if step.tried.passed + step.tried.failed]
    if not judged:
        return "no value has a verdict"
    first = _says(judged[0])
    if not flips:
        return f"{first} at {'the only value' if len(judged) == 1 else f'all {len(judged)} values'} that have a verdict"
    labels = {step.value: step.label for step in judged}
    other = "fails" if first == "passes" else "passes"
    low, high = flips[0]
    if len(flips) == 1:
        return f"{first} up to {labels[low]}, {other} from {labels[high]} on{_wavering(judged, low)}"
    return f"turns {plural(len(flips), 'time')}, first between {labels[low]} ({first}) and {labels[high]} ({other})"


def _wavering(judged: Sequence[Step], low: float) -> str:
    """From where on, on the first side, not all says the same."""
    for step in judged:
        if step.value <= low and step.tried.passed and step.tried.failed:
            kind = "some fail" if _says(step) == "passes" else "some pass"
            return f"; {kind} at {step.label} already"
    return ""


def _says(step: Step) -> str:
    return "passes" if 2 * step.tried.passed >= step.tried.passed + step.tried.failed else "fails"
