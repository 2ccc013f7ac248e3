"""A boundary as a figure: how much passes at each value that was tried."""

from __future__ import annotations

from synterm.core.distill import Boundary
from synterm.reports.figures import percent
from synterm.tui.widgets.plot.drawing import Axis
from synterm.tui.widgets.plot.figures import Lines, Point, Series

_WHOLE = ("length", "phrasing")
"""Dimensions of which there is nothing between two neighbours."""


def boundary_figure(found: Boundary) -> Lines | None:
    """The share that passes by value; the flip is pointed out. None where no value has a verdict."""
    points = tuple(
        Point(step.value, step.tried.passed / judged)
        for step in found.steps
        if (judged := step.tried.passed + step.tried.failed)
    )
    if not points:
        return None
    turn = sum(found.flips[0]) / 2 if found.flips else None
    read = percent if found.dimension == "noise" else _plain
    axis = Axis(f"{found.dimension}, as far as it was tried", read, whole=found.dimension in _WHOLE)
    return Lines("Passes", axis, Axis("share that passes", percent, (0.0, 1.0)), (Series("passes", points),), turn)


def _plain(value: float) -> str:
    return f"{value:g}"
