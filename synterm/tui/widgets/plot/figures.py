"""What can be plotted. Each figure draws itself on a canvas of any size, and says in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from rich.cells import cell_len

from synterm.tui.widgets.cells import fit
from synterm.tui.widgets.plot.canvas import Canvas
from synterm.tui.widgets.plot.drawing import Area, Axis, axes, ink, legend, marker, too_small
from synterm.tui.widgets.plot.scale import Scale

_BARS = " ▁▂▃▄▅▆▇█"
_MOST_WHISKERS = 2
"""With more series than that, whiskers would hide the lines: only the last series has them."""


class Figure(Protocol):
    """Something to plot."""

    def draw(self, canvas: Canvas) -> None:
        """Draw it, as large as the canvas is."""
        ...

    @property
    def summary(self) -> str:
        """What it shows, in a sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a place, with the ends of its interval where it has one."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Points under one name, by rising x."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Values over something that goes on, one line a series, with whiskers for intervals."""

    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    chosen: float | None = None
    """A place on the x axis to point out."""

    def draw(self, canvas: Canvas) -> None:
        """Lines, whiskers below them, markers on top."""
        if too_small(canvas):
            return
        points = [point for series in self.series for point in series.points]
        top = legend(canvas, [series.name for series in self.series], self.title)
        area = axes(canvas, self.x, self.y, [p.x for p in points], [p.y for p in points], top=top)
        if self.chosen is not None:
            _upright(canvas, area, self.chosen)
        several = len(self.series) > _MOST_WHISKERS
        for index, series in enumerate(self.series):
            if not several or index == len(self.series) - 1:
                _whiskers(canvas, area, series, ink(index))
        for index, series in enumerate(self.series):
            _line(canvas, area, series, ink(index))
        for index, series in enumerate(self.series):
            for point in series.points:
                canvas.put(*area.cell(point.x, point.y), marker(index), ink(index))

    @property
    def summary(self) -> str:
        """``router@v2 · flash: 61 % → 74 % over 9 points``."""
        told = (_told(series, self.y) for series in self.series if series.points)
        return "; ".join(told) or "nothing to plot yet"


def _told(series: Series, axis: Axis) -> str:
    first, last, count = series.points[0], series.points[-1], len(series.points)
    if count == 1:
        return f"{series.name}: {axis.format(last.y)}"
    return f"{series.name}: {axis.format(first.y)} → {axis.format(last.y)} over {count}"


def _line(canvas: Canvas, area: Area, series: Series, color: str) -> None:
    for before, after in pairwise(series.points):
        canvas.line(area.dot(before.x, before.y), area.dot(after.x, after.y), color)


def _whiskers(canvas: Canvas, area: Area, series: Series, color: str) -> None:
    for point in series.points:
        if point.low is not None and point.high is not None:
            canvas.line(area.dot(point.x, point.low), area.dot(point.x, point.high), f"{color}-dim")


def _upright(canvas: Canvas, area: Area, x: float) -> None:
    column, _ = area.cell(x, area.y.low)
    for row in range(area.top, area.top + area.height):
        canvas.put(column, row, "┊", "axis")
    canvas.put(column, area.top + area.height, "┷", "title")


@dataclass(frozen=True, slots=True)
class Place:
    """One thing on a scatter."""

    name: str
    x: float
    y: float
    on_front: bool = False


@dataclass(frozen=True, slots=True)
class Scatter:
    """Things by two of their figures; those on the front are joined and starred."""

    title: str
    x: Axis
    y: Axis
    places: tuple[Place, ...]
    better: str = ""
    """Where it is good to be: ``better: up and left``."""

    def draw(self, canvas: Canvas) -> None:
        """The front first, the markers on it, and names where there is room."""
        if too_small(canvas):
            return
        top = legend(canvas, [_starred(place) for place in self.places], self.title)
        area = axes(canvas, self.x, self.y, [p.x for p in self.places], [p.y for p in self.places], top=top)
        if self.better:
            canvas.put(area.left + 1, area.top, fit(self.better, area.width - 1).rstrip(), "note")
        _front(canvas, area, sorted((p.x, p.y) for p in self.places if p.on_front))
        for index, place in enumerate(self.places):
            canvas.put(*area.cell(place.x, place.y), marker(index), ink(index))
        for index, place in enumerate(self.places):
            _name(canvas, area, place, ink(index))

    @property
    def summary(self) -> str:
        """``on the front: router@v2 · flash ($0.06, 71 %), …``."""
        best = [f"{p.name} ({self.x.format(p.x)}, {self.y.format(p.y)})" for p in self.places if p.on_front]
        return f"on the front: {', '.join(best)}" if best else "nothing to plot yet"


def _starred(place: Place) -> str:
    return f"{place.name} ★" if place.on_front else place.name


def _front(canvas: Canvas, area: Area, points: Sequence[tuple[float, float]]) -> None:
    """A staircase: between two on the front, nothing is known to be had."""
    for (x0, y0), (x1, y1) in pairwise(points):
        canvas.line(area.dot(x0, y0), area.dot(x1, y0), "front", gap=2)
        canvas.line(area.dot(x1, y0), area.dot(x1, y1), "front", gap=2)


def _name(canvas: Canvas, area: Area, place: Place, color: str) -> None:
    column, row = area.cell(place.x, place.y)
    text = f" {_starred(place)} "
    wide = cell_len(text)
    for x, y in ((column + 1, row), (column - wide, row), (column - wide // 2, row - 1), (column - wide // 2, row + 1)):
        inside = x >= area.left and area.top <= y < area.top + area.height
        if inside and canvas.free(x, y, wide):
            canvas.put(x, y, text, color)
            return


@dataclass(frozen=True, slots=True)
class Bins:
    """How many values of a series fall into each bin."""

    name: str
    counts: tuple[int, ...]
    note: str = ""
    """What to say beside the name: ``p50 412 ms``."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How values are spread: one row of bars a series, all over the same axis."""

    title: str
    x: Axis
    series: tuple[Bins, ...]

    def draw(self, canvas: Canvas) -> None:
        """The rows share the height; each is as high as its own largest bin."""
        if too_small(canvas):
            return
        canvas.put(0, 0, fit(self.title, canvas.width).rstrip(), "title")
        each = (canvas.height - 4) // max(len(self.series), 1)
        shown = self.series if each >= 2 else self.series[: (canvas.height - 4) // 2]
        each = max(min((canvas.height - 4) // max(len(shown), 1), 7), 2)
        low, high = self.x.bounds or (0.0, 1.0)
        for index, bins in enumerate(shown):
            _bins(canvas, bins, index, 1 + index * each, each)
        row = 1 + len(shown) * each
        canvas.put(0, row, "─" * canvas.width, "axis")
        _scale(canvas, row, low, high, self.x)
        left_out = len(self.series) - len(shown)
        title = f"{self.x.title}   {left_out} more need a larger window" if left_out else self.x.title
        canvas.put(max(canvas.width - cell_len(title), 0), row + 2, fit(title, canvas.width).rstrip(), "note")

    @property
    def summary(self) -> str:
        """``router@v2 · flash: p50 310 ms, p95 560 ms; …``."""
        return "; ".join(f"{bins.name}: {bins.note or sum(bins.counts)}" for bins in self.series) or "no values yet"


def _bins(canvas: Canvas, bins: Bins, index: int, top: int, height: int) -> None:
    name = f"{marker(index)} {bins.name}"
    canvas.put(0, top, fit(name, canvas.width).rstrip(), ink(index))
    canvas.put(cell_len(name) + 2, top, fit(bins.note, max(canvas.width - cell_len(name) - 2, 0)).rstrip(), "note")
    heights, rows = _heights(bins.counts, canvas.width), height - 1
    for column, share in enumerate(heights):
        # Whatever is there at all shows.
        eighths = max(round(share * rows * 8), 1) if share else 0
        for row in range(rows):
            canvas.put(column, top + height - 1 - row, _BARS[min(max(eighths - row * 8, 0), 8)], ink(index))


def _heights(counts: Sequence[int], width: int) -> list[float]:
    """The height of each column, 1 for the highest; where columns are few, each stands for several bins."""
    if not counts:
        return []
    starts = [column * len(counts) // width for column in range(width + 1)]
    sums = [sum(counts[start : max(end, start + 1)]) for start, end in pairwise(starts)]
    return [total / max(*sums, 1) for total in sums]


def _scale(canvas: Canvas, row: int, low: float, high: float, axis: Axis) -> None:
    scale, end = Scale(low, high, canvas.width), -1
    for value in axis.marks(low, high, max(canvas.width // 14, 2)):
        column, text = scale.place(value), axis.format(value)
        start = min(max(column - cell_len(text) // 2, 0), canvas.width - cell_len(text))
        if start > end:
            canvas.put(column, row, "┴", "axis")
            canvas.put(start, row + 1, text, "note")
            end = start + cell_len(text)
