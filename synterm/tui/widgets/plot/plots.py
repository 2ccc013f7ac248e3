"""Plots in a pane: they follow the theme and the size, and read without colour.

Drawn here, cell by cell: of the libraries there are, textual-plotext 1.0.1 breaks with plotext 6, takes its colours
from a palette of its own instead of the theme, and costs 30 to 100 ms of import for marks that it can't shape.
"""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from synterm.text import printable
from synterm.tui.widgets.cells import fit
from synterm.tui.widgets.plot.canvas import Canvas
from synterm.tui.widgets.plot.figures import Figure

_NAMES = ("axis", "grid", "note", "title", "front")


class Plot(Widget):
    """Shows a `Figure`, and below it in words what it shows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"plot--{name}" for name in _NAMES),
        *(f"plot--series-{number}" for number in range(1, 7)),
    }
    DEFAULT_CSS = """
    Plot {
        height: 1fr; padding: 0 1;
        & > .plot--axis { color: $foreground 40%; }
        & > .plot--grid { color: $foreground 14%; }
        & > .plot--note { color: $text-muted; }
        & > .plot--title { color: $foreground; text-style: bold; }
        & > .plot--front { color: $text-accent; }
        & > .plot--series-1 { color: $text-primary; }
        & > .plot--series-2 { color: $text-accent; }
        & > .plot--series-3 { color: $text-secondary; }
        & > .plot--series-4 { color: $text-success; }
        & > .plot--series-5 { color: $text-warning; }
        & > .plot--series-6 { color: $text-error; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.figure: Figure | None = None
        self.nothing = ""
        """What to say while there is no figure."""
        self._drawn: tuple[Size, Canvas] | None = None

    def show(self, figure: Figure | None, nothing: str = "") -> None:
        """Show another figure, or say why there is none."""
        self.figure, self.nothing, self._drawn = figure, nothing, None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the plot; the last one is the summary."""
        size, base = self.content_size, self.rich_style
        if not 0 <= y < size.height:
            return Strip.blank(size.width, base)
        segments = [Segment(text, base + self._ink(ink)) for text, ink in self._canvas(size).row(y)]
        return Strip(segments).adjust_cell_length(size.width, base)

    def _canvas(self, size: Size) -> Canvas:
        if self._drawn is None or self._drawn[0] != size:
            self._drawn = (size, self._draw(size))
        return self._drawn[1]

    def _draw(self, size: Size) -> Canvas:
        canvas = Canvas(size.width, size.height)
        if self.figure is None:
            canvas.put(0, 0, fit(self.nothing, size.width).rstrip(), "note")
            return canvas
        upper = Canvas(size.width, size.height - 1)
        self.figure.draw(upper)
        for row in range(upper.height):
            x = 0
            for text, ink in upper.row(row):
                canvas.put(x, row, text, ink)
                x += len(text)
        canvas.put(0, size.height - 1, fit(printable(self.figure.summary), size.width).rstrip(), "note")
        return canvas

    def _ink(self, name: str) -> Style:
        if not name:
            return Style()
        if name.endswith("-dim"):
            return self._ink(name.removesuffix("-dim")) + Style(dim=True)
        return self.get_component_rich_style(f"plot--{name}")
