"""A table drawn line by line: its rows are made into cells as they come into view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from synterm.tui.widgets.cells import fit, padded
from synterm.tui.widgets.line_list import LineList

Cell = tuple[str, str]
"""Text and its ink: one of `INKS`, or nothing."""
INKS = ("pass", "fail", "error", "dim", "best", "accent", "bar")
_LEAST = 24
_GAP = 2


@dataclass(frozen=True, slots=True)
class TableColumn:
    """How a column stands."""

    title: str
    width: int | None = None
    """In cells; None for the one that takes what is left."""
    right: bool = False
    """Whether it ends flush: for numbers."""
    rank: int = 0
    """Where room is short, the columns with the highest rank go first; those of rank 0 stay."""


class Table(LineList):
    """Shows rows of any kind; `cells` says how."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="table.open", tooltip="Open the row under the cursor"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{ink}" for ink in INKS}
    DEFAULT_CSS = """
    Table {
        height: 1fr;
        & > .table--pass { color: $text-success; }
        & > .table--fail { color: $text-error; }
        & > .table--error { color: $text-warning; }
        & > .table--dim { color: $text-muted; }
        & > .table--best { text-style: bold underline; }
        & > .table--bar { color: $primary; }
        & > .table--accent { color: $text-accent; text-style: bold; }
    }
    """
    header_height = 1

    class Opened(Message):
        """Someone wants to see all of a row."""

        def __init__(self, table: Table, index: int) -> None:
            super().__init__()
            self.table = table
            self.index = index

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    class HeaderClicked(Message):
        """Someone clicked on the title of a column."""

        def __init__(self, table: Table, column: int) -> None:
            super().__init__()
            self.table = table
            self.column = column

        @property
        def control(self) -> Table:
            """The table."""
            return self.table

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id)
        self.set_classes(classes or "")
        self.columns: Sequence[TableColumn] = ()
        self.rows: Sequence[Any] = ()
        self.nothing = ""
        """What to say while there are no rows."""
        self._cells: Callable[[Any], Sequence[Cell]] = lambda _row: ()

    def show(
        self,
        columns: Sequence[TableColumn],
        rows: Sequence[Any],
        cells: Callable[[Any], Sequence[Cell]],
        nothing: str = "",
    ) -> None:
        """Show other rows; the cursor stays where it was, as far as there are rows."""
        self.columns, self.rows, self._cells, self.nothing = columns, rows, cells, nothing
        self.row_count = len(rows)
        self.refresh()

    def action_open(self) -> None:
        """Ask for all of the row under the cursor."""
        if self.row_count:
            self.post_message(self.Opened(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor, a second one opens; on a title it says so."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y < self.header_height:
            column = next((index for index, x, width in self._layout() if x <= place.x < x + width + _GAP), None)
            if column is not None:
                self.post_message(self.HeaderClicked(self, column))
            return
        row = self.row_at(place.y)
        if row is not None:
            self.cursor = row
            if event.chain == 2:
                self.action_open()

    def draw_header(self, width: int, line: int = 0) -> list[Segment]:
        """The titles; without rows, why there are none."""
        if not self.row_count:
            return [Segment(padded(f" {self.nothing}", width))]
        shown = [(self.columns[index], each) for index, _, each in self._layout()]
        titles = self._line([(_aligned(column.title, each, column.right), "") for column, each in shown])
        more = self._more([index for index, _, _ in self._layout()])
        room = max(width - sum(segment.cell_length for segment in titles), 0)
        return [*titles, Segment(more.rjust(room), self._style("dim"))] if more else titles

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One row."""
        cells = self._cells(self.rows[index])
        shown = [
            (_aligned(cells[number][0], each, self.columns[number].right), cells[number][1])
            for number, _, each in self._layout()
        ]
        return self._line(shown)

    def _line(self, cells: Sequence[Cell]) -> list[Segment]:
        segments = [Segment(" ")]
        for text, ink in cells:
            words = text.strip()
            start = len(text) - len(text.lstrip())
            # Only the words have the ink: it may underline.
            segments += [Segment(" " * start), Segment(words, self._style(ink))]
            segments.append(Segment(" " * (len(text) - start - len(words) + _GAP)))
        return segments

    def _style(self, ink: str) -> Style | None:
        return self.get_component_rich_style(f"table--{ink}") if ink else None

    def _layout(self) -> list[tuple[int, int, int]]:
        """Of the columns shown: number, where it begins, and width."""
        shown = self._shown()
        rest = max(self._spare(shown) - len(self._more(shown)) + _LEAST, 4)
        places: list[tuple[int, int, int]] = []
        x = 1
        for number in shown:
            width = self.columns[number].width
            places.append((number, x, rest if width is None else width))
            x += places[-1][2] + _GAP
        return places

    def _shown(self) -> list[int]:
        """The numbers of the columns that have room."""
        shown = list(range(len(self.columns)))
        while len(shown) > 1 and self._spare(shown) < 0:
            worst = max(shown, key=lambda number: (self.columns[number].rank, number))
            if not self.columns[worst].rank:
                break
            shown.remove(worst)
        return shown

    def _more(self, shown: Sequence[int]) -> str:
        """Says how many columns have no room; where there is some, how to see what would stand in them."""
        left_out = len(self.columns) - len(shown)
        words = f"+{left_out} more: enter"
        return "" if not left_out else words if len(words) <= self._spare(shown) else f"+{left_out}"

    def _spare(self, shown: Sequence[int]) -> int:
        """How many cells are left beside these columns, where each has what it needs."""
        return self.body_width - 1 - self._needed(shown)

    def _needed(self, shown: Sequence[int]) -> int:
        widths = [self.columns[number].width for number in shown]
        return sum(_LEAST if width is None else width for width in widths) + _GAP * len(widths)


def _aligned(text: str, width: int, right: bool) -> str:
    if not right:
        return padded(text, width)
    line = fit(text, width).rstrip()
    return " " * max(width - cell_len(line), 0) + line
