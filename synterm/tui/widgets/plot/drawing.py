"""Drawing plots on a `Canvas`: lines over runs, a scatter with its front, distributions as rows of bars.

Each series has a marker of its own beside its ink, so a plot reads without colour too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from synterm.tui.widgets.cells import fit
from synterm.tui.widgets.plot.canvas import GRID, Canvas
from synterm.tui.widgets.plot.scale import Scale, around, ticks

MARKERS = "●■▲◆▼○□△◇▽"
INKS = tuple(f"series-{number}" for number in range(1, 7))
_LEAST_WIDTH = 24
_LEAST_HEIGHT = 6

Format = Callable[[float], str]


def marker(index: int) -> str:
    """The mark of a series."""
    return MARKERS[index % len(MARKERS)]


def ink(index: int) -> str:
    """The ink of a series."""
    return INKS[index % len(INKS)]


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis says."""

    title: str
    format: Format
    bounds: tuple[float, float] | None = None
    """None: as the values need."""
    whole: bool = False
    """Whether only whole numbers mean something."""

    def marks(self, low: float, high: float, most: int) -> list[float]:
        """Round values to write beside the axis."""
        return [value for value in ticks(low, high, most) if not self.whole or value == round(value)]

    def over(self, values: Sequence[float]) -> tuple[float, float]:
        """The bounds for some values."""
        return self.bounds or (around(min(values), max(values)) if values else (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Area:
    """The part of a canvas inside the axes, in cells, with the scales in braille dots."""

    left: int
    top: int
    width: int
    height: int
    x: Scale
    y: Scale

    def dot(self, x: float, y: float) -> tuple[int, int]:
        """The braille dot of a point."""
        return self.left * 2 + self.x.place(x), self.top * 4 + (self.height * 4 - 1) - self.y.place(y)

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """The cell of a point."""
        column, row = self.dot(x, y)
        return column // 2, row // 4


def too_small(canvas: Canvas) -> bool:
    """Whether nothing legible fits; the canvas says so then."""
    small = canvas.width < _LEAST_WIDTH or canvas.height < _LEAST_HEIGHT
    if small:
        canvas.put(0, 0, fit("make it larger to see the plot", canvas.width), "note")
    return small


def axes(
    canvas: Canvas, x: Axis, y: Axis, xs: Sequence[float], ys: Sequence[float], *, top: int, names: bool = True
) -> Area:
    """Draw the axes with their units, ticks and a faint grid, below row `top`; gives the area inside."""
    low, high = y.over(ys)
    height = canvas.height - top - (3 if x.title else 2)
    marks = [(value, y.format(value)) for value in y.marks(low, high, max(height // 3, 2))]
    left = max([cell_len(text) for _, text in marks], default=0) + 1
    width = canvas.width - left - 2
    area = Area(left + 1, top, width, height, Scale(*x.over(xs), width * 2), Scale(low, high, height * 4))
    for row in range(top, top + height):
        canvas.put(left, row, "│", "axis")
    for value, text in marks:
        _, row = area.cell(area.x.low, value)
        canvas.put(left - cell_len(text), row, text, "note")
        canvas.put(left, row, "┤", "axis")
        for column in range(area.left, area.left + width, 2):
            canvas.put(column, row, "·", GRID)
    canvas.put(left, top + height, "└" + "─" * width, "axis")
    if names:
        _bottom(canvas, area, x)
    canvas.put(left + max(width - cell_len(x.title), 0), canvas.height - 1, fit(x.title, width).rstrip(), "note")
    return area


def _bottom(canvas: Canvas, area: Area, axis: Axis) -> None:
    row, end = area.top + area.height, -1
    for value in axis.marks(area.x.low, area.x.high, max(area.width // 12, 2)):
        column, _ = area.cell(value, area.y.low)
        text = axis.format(value)
        start = min(max(column - cell_len(text) // 2, 0), canvas.width - cell_len(text))
        if start > end:
            canvas.put(column, row, "┴", "axis")
            canvas.put(start, row + 1, text, "note")
            end = start + cell_len(text)


def legend(canvas: Canvas, names: Sequence[str], title: str = "") -> int:
    """Title and names with their marks on the first rows, half of the canvas at most; gives how many rows."""
    x, y = 0, 0
    if title:
        canvas.put(0, 0, title, "title")
        x = cell_len(title) + 3
    for index, name in enumerate(names):
        name = fit(name, min(cell_len(name), canvas.width - 2))
        if x + cell_len(name) + 2 > canvas.width and x:
            x, y = 0, y + 1
        if y >= max(canvas.height // 3, 1):
            canvas.put(canvas.width - 1, y - 1, "…", "note")
            return y
        canvas.put(x, y, marker(index), ink(index))
        canvas.put(x + 2, y, name, "note")
        x += cell_len(name) + 5
    return y + 1
