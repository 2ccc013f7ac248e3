"""The pass rate over runs, as a figure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor

from synterm.reports.figures import percent
from synterm.tui.runs.line import RunLine
from synterm.tui.widgets.plot.drawing import Axis
from synterm.tui.widgets.plot.figures import Lines, Point, Series

_MOST_RUNS = 60
_MOST_SERIES = 6


def rate_plot(lines: Sequence[RunLine], chosen: str | None = None) -> Lines | None:
    """The last runs of `lines` (newest first), one series for each variant; None without any rate.

    Of more variants than can be told apart, those with the most runs are shown. `chosen`: the run to point out.
    """
    series: dict[str, list[Point]] = {}
    place: float | None = None
    shown = [line for line in lines[:_MOST_RUNS] if line.points][::-1]
    for number, line in enumerate(shown, start=1):
        if line.run.id == chosen:
            place = float(number)
        for name, passed, judged, bounds in line.points:
            low, high = bounds or (None, None)
            series.setdefault(name, []).append(Point(number, passed / judged, low, high))
    if not series:
        return None
    names = sorted(sorted(series, key=lambda name: -len(series[name]))[:_MOST_SERIES])
    left_out = len(series) - len(names)
    title = "Pass rate" + (f" ({left_out} of {len(series)} variants left out)" if left_out else "")
    return Lines(
        title,
        Axis("run, the newest on the right", lambda number: f"{number:.0f}", whole=True),
        Axis("pass rate", percent, _bounds([point for name in names for point in series[name]])),
        tuple(Series(short, tuple(series[name])) for name, short in zip(names, short_names(names), strict=True)),
        place,
    )


def _bounds(points: Sequence[Point]) -> tuple[float, float]:
    """Full tens of percent around all whiskers."""
    low = min(point.y if point.low is None else point.low for point in points)
    high = max(point.y if point.high is None else point.high for point in points)
    return floor(low * 10) / 10, max(ceil(high * 10), floor(low * 10) + 1) / 10


def short_names(names: Sequence[str]) -> list[str]:
    """Names of variants without the prompt's, where all are of one prompt."""
    if len({name.partition("@")[0] for name in names}) > 1:
        return list(names)
    return [name.partition("@")[2] or name for name in names]
