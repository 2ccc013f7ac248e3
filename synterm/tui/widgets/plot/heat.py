"""A table of counts as a heat map: the number stands in every cell, the colour only underlines it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from synterm.tui.widgets.cells import fit, padded

_LEVELS = 5
_WIDEST_NAME = 18
_NARROWEST = 6
_WIDEST = 14
_HEADERS = 2


class HeatMap(ScrollView, can_focus=True):
    """Rows by columns of counts, with a cursor. What lies on the diagonal is right, the rest is not."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding("down,j", "move(1, 0)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("left,h", "move(0, -1)", "Left", show=False, id="list.left", tooltip="One column to the left"),
        Binding("right,l", "move(0, 1)", "Right", show=False, id="list.right", tooltip="One column to the right"),
        Binding("enter", "open", "Cases", id="heat.open", tooltip="List the cases of the cell under the cursor"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "heat--name",
        "heat--cursor",
        "heat--none",
        *(f"heat--{kind}-{level}" for kind in ("right", "wrong") for level in range(1, _LEVELS + 1)),
    }
    DEFAULT_CSS = """
    HeatMap {
        background: transparent; height: auto; scrollbar-size-horizontal: 1;
        & > .heat--name { color: $text-muted; }
        & > .heat--none { color: $foreground 30%; }
        & > .heat--cursor { text-style: bold reverse; }
        & > .heat--right-1 { background: $success 10%; }
        & > .heat--right-2 { background: $success 18%; }
        & > .heat--right-3 { background: $success 26%; }
        & > .heat--right-4 { background: $success 34%; }
        & > .heat--right-5 { background: $success 42%; }
        & > .heat--wrong-1 { background: $error 10%; }
        & > .heat--wrong-2 { background: $error 18%; }
        & > .heat--wrong-3 { background: $error 26%; }
        & > .heat--wrong-4 { background: $error 34%; }
        & > .heat--wrong-5 { background: $error 42%; }
    }
    """
    row: reactive[int] = reactive(0)
    column: reactive[int] = reactive(0)

    class Opened(Message):
        """Someone wants to see what a cell counts."""

        def __init__(self, heat: HeatMap, row: int, column: int) -> None:
            super().__init__()
            self.heat = heat
            self.row = row
            self.column = column

        @property
        def control(self) -> HeatMap:
            """The map."""
            return self.heat

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names: Sequence[str] = ()
        self._counts: Sequence[Sequence[int]] = ()

    def show(self, names: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """Show other counts; `names` are those of the columns, and the first of them those of the rows."""
        self._names, self._counts = names, counts
        self.row = min(self.row, max(len(counts) - 1, 0))
        self.column = min(self.column, max(len(names) - 1, 0))
        self.styles.height = len(counts) + _HEADERS
        self._measure()

    @property
    def _left(self) -> int:
        return min(max((cell_len(name) for name in self._names), default=0), _WIDEST_NAME) + 2

    @property
    def _cell_width(self) -> int:
        """As wide as the longest name, where that fits."""
        room = (self.size.width - self._left) // max(len(self._names), 1) - 1
        longest = max((cell_len(name) for name in self._names), default=0) + 1
        return max(min(longest, room, _WIDEST), _NARROWEST)

    def on_resize(self) -> None:
        """The width decides how wide the cells are."""
        self._measure()

    def _measure(self) -> None:
        width = self._left + len(self._names) * (self._cell_width + 1)
        self.virtual_size = Size(width, len(self._counts) + _HEADERS)
        self.refresh()

    def action_move(self, down: int, right: int) -> None:
        """Move the cursor."""
        self.row = max(0, min(self.row + down, len(self._counts) - 1))
        self.column = max(0, min(self.column + right, len(self._names) - 1))
        x = self._left + self.column * (self._cell_width + 1)
        self.scroll_to_region(Region(x, self.row + _HEADERS, self._cell_width, 1), animate=False)

    def action_open(self) -> None:
        """Ask for what the cell under the cursor counts."""
        if self._counts and self._counts[self.row][self.column]:
            self.post_message(self.Opened(self, self.row, self.column))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens."""
        place = event.get_content_offset(self)
        if place is None:
            return
        row = place.y + round(self.scroll_y) - _HEADERS
        column = (place.x + round(self.scroll_x) - self._left) // (self._cell_width + 1)
        if 0 <= row < len(self._counts) and 0 <= column < len(self._names):
            self.row, self.column = row, column
            if event.chain == 2:
                self.action_open()

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        line, base = y + round(self.scroll_y), self.rich_style
        strip = Strip(self._segments(line)).apply_style(base)
        return strip.crop_extend(round(self.scroll_x), round(self.scroll_x) + self.size.width, base)

    def _segments(self, line: int) -> list[Segment]:
        dim = self._style("name")
        if line == 0:
            return [Segment(padded("expected ↓", self._left), dim), Segment("got →", dim)]
        if line == 1:
            names = "".join(f"{fit(name, self._cell_width).rstrip():>{self._cell_width}} " for name in self._names)
            return [Segment(" " * self._left + names, dim)]
        row = line - _HEADERS
        if row >= len(self._counts):
            return []
        cells = (self._cell(row, column, count) for column, count in enumerate(self._counts[row]))
        return [
            Segment(padded(self._names[row], self._left), dim),
            *(part for cell in cells for part in (cell, Segment(" "))),
        ]

    def _cell(self, row: int, column: int, count: int) -> Segment:
        total = sum(self._counts[row])
        level = max(round(count / total * _LEVELS), 1) if count else 0
        kind = "right" if row == column else "wrong"
        style = self._style(f"{kind}-{level}" if level else "none")
        if (row, column) == (self.row, self.column) and self.has_focus:
            style += Style(bold=True, reverse=True)
        return Segment(f"{count or '·':>{self._cell_width - 1}} ", style)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"heat--{name}")
