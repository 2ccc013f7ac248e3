"""A boundary as text: a bar for each value that was tried, as long as the share that passes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from synterm.core.distill import Boundary, Step
from synterm.reports.figures import percent
from synterm.text import one_line

WIDTH = 20
"""Cells of a bar that all pass."""
_LABEL = 56
_GOT = 40


def boundary_plot(found: Boundary, width: int = WIDTH) -> Iterator[str]:
    """A line for each value, from the least to the most, and one wherever the verdict turns.

    Each tells the value, a bar, the share that passes, of how many, and what was answered last. Safe to show.
    """
    labels = [one_line(step.label, _LABEL) for step in found.steps]
    widest = max((cell_len(label) for label in labels), default=0)
    turns = {high for _, high in found.flips}
    for step, label in zip(found.steps, labels, strict=True):
        if step.value in turns:
            yield f"{' ' * widest}  {'╌' * width}  turns"
        yield f"{set_cell_size(label, widest)}  {_bar(step, width)}  {_figures(step)}".rstrip()


def plot_head(found: Boundary, width: int = WIDTH) -> str:
    """What stands above it: where 0 and 100 % are."""
    widest = max((cell_len(one_line(step.label, _LABEL)) for step in found.steps), default=0)
    return f"{' ' * widest}  0 %{'100 % pass':>{max(width - 3, 10)}}"


def shares(steps: Sequence[Step]) -> list[float | None]:
    """The share of each that passes; None where nothing has a verdict."""
    return [_share(step) for step in steps]


def _share(step: Step) -> float | None:
    judged = step.tried.passed + step.tried.failed
    return step.tried.passed / judged if judged else None


def _bar(step: Step, width: int) -> str:
    share = _share(step)
    if share is None:
        return "?".ljust(width)
    filled = round(share * width)
    return "█" * filled + "·" * (width - filled)


def _figures(step: Step) -> str:
    tried = step.tried
    judged = tried.passed + tried.failed
    got = f"  {one_line(tried.got, _GOT)}" if tried.got else ""
    errors = f"  {tried.errors} without a verdict" if tried.errors else ""
    return f"{percent(_share(step)):>5}  {tried.passed} of {judged}{errors}{got}"
