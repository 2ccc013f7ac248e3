"""The result grid: a row for each case, a column for each variant, live."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from synterm.core.case import Case, value_text
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column, Freshness
from synterm.tui.board.verdicts import MARKS
from synterm.tui.widgets.cells import padded, tail
from synterm.tui.widgets.column_list import ColumnList
from synterm.tui.widgets.grid.header import Heading, header, height
from synterm.tui.widgets.grid.measure import measure

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FLIPS = {1: ("▲", "fixed"), -1: ("▼", "broken")}

What = Literal["sort", "sort rows", "sort by flips", "sort by expected", "sort by input", "filter", "columns", "hold"]


def _asks(key: str, what: What, description: str, tooltip: str, *, show: bool = True) -> Binding:
    name = f"results.{what.replace(' ', '_')}"
    return Binding(key, f"ask('{what}')", description, id=name, show=show, tooltip=tooltip)


class ResultGrid(ColumnList):
    """Shows a `Board`. Fresh cells are bright, stale ones dim: the grid never flashes empty."""

    BINDING_GROUP_TITLE = "Results"
    HELP = "A row for each case, a column for each version; ✓ passes, ✗ fails, ▲ fixed, ▼ broken since the reference."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "inspect", "Why", id="results.why", tooltip="Everything about the cell under the cursor"),
        _asks("s", "sort", "Sort", "Sort by this column: failing first, passing first, by answer, not at all"),
        _asks("S", "sort rows", "Sort rows", "Sort by flips, disagreement, expected, input, not at all", show=False),
        _asks("f", "filter", "Show", "Show only failing cases, flips, disagreement, errors; then all again"),
        _asks("c", "columns", "Columns", "Choose which versions have columns, under which models"),
        _asks("B", "hold", "Hold against", "Tell flips against this column", show=False),
        Binding(
            "less_than_sign", "widen(-2)", "Narrower", id="results.narrower", show=False, tooltip="Narrow a column"
        ),
        Binding("greater_than_sign", "widen(2)", "Wider", id="results.wider", show=False, tooltip="Wider"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--pass",
        "grid--fail",
        "grid--error",
        "grid--running",
        "grid--stale",
        "grid--expected",
        "grid--name",
        "grid--fixed",
        "grid--broken",
        "grid--disagree",
        "grid--models",
    }
    DEFAULT_CSS = """
    ResultGrid {
        & > .grid--pass { color: $text-success; }
        & > .grid--fail { color: $text-error; }
        & > .grid--error { color: $text-warning; }
        & > .grid--running { color: $text-accent; }
        & > .grid--stale { color: $text-disabled; }
        & > .grid--expected { color: $text-muted; }
        & > .grid--name { color: $text-disabled; }
        & > .grid--fixed { color: $text-success; text-style: bold; }
        & > .grid--broken { color: $text-error; text-style: bold; }
        & > .grid--column { text-style: bold underline; }
        &:nocolor > .grid--stale, &:ansi > .grid--stale { text-style: dim; }
        &:nocolor > .grid--pass, &:nocolor > .grid--fail { text-style: bold; }
        & > .grid--disagree { color: $text-muted; }
        & > .grid--models { color: $text-muted; }
    }
    """
    header_height = 1

    class Inspected(Message):
        """Someone wants to know all about a cell."""

        def __init__(self, grid: ResultGrid, case: Case, column: Column) -> None:
            super().__init__()
            self.grid = grid
            self.case = case
            self.column = column

        @property
        def control(self) -> ResultGrid:
            """The grid."""
            return self.grid

    class Asked(Message):
        """Someone wants other rows, another order or other columns; `grid.column` is the one that is meant."""

        def __init__(self, grid: ResultGrid, what: What) -> None:
            super().__init__()
            self.grid = grid
            self.what: What = what

        @property
        def control(self) -> ResultGrid:
            """The grid."""
            return self.grid

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.board = Board([], [], lambda _: [], lambda _: [])
        self._heading = Heading()
        self._name: Callable[[int], str] = str
        self._own_widths: dict[str, int] = {}
        self._frame = 0

    def show(self, board: Board, name: Callable[[int], str] = str, heading: Heading | None = None) -> None:
        """Show another board; the cursor stays where it was, as far as there are rows. `name`: of a row."""
        self.board, self._name, self._heading = board, name, heading or Heading()
        self.header_height = height(board.columns)
        self.row_count = len(board.shown)
        self.fit()
        self.settle()
        self.column = self.validate_column(self.column)

    def settle(self) -> None:
        """Find how wide the contents are by now, and draw it all."""
        self.wishes = measure(self.board, self._name, self._own_widths)
        self.bring_in()
        self.refresh()

    def advance(self) -> None:
        """Turn the spinners one step, where things may move."""
        if self.app.animation_level != "none":
            self._frame += 1

    def action_ask(self, what: What) -> None:
        """Ask for other rows, another order or other columns."""
        if self.board.columns:
            self.post_message(self.Asked(self, what))

    def widen(self, index: int, width: int) -> None:
        """Make a column so wide; it stays so while the grid is there."""
        self._own_widths[self.board.columns[index].title] = width
        self.settle()

    def action_inspect(self) -> None:
        """Ask for all about the cell under the cursor."""
        if self.row_count and self.board.columns:
            case = self.board.shown[self.cursor]
            self.post_message(self.Inspected(self, case, self.board.columns[self.column]))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor to the cell, a second one opens it; one on the header sorts."""
        place = event.get_content_offset(self)
        if place is None:
            return
        if place.y < self.header_height:
            self._sort_at(place.x)
        elif (row := self.row_at(place.y)) is not None:
            self.cursor = row
            span = self.layout_now.at(place.x)
            self.column = span.index if span else self.column
            if event.chain == 2:
                self.action_inspect()

    def draw_header(self, width: int, line: int) -> list[Segment]:
        """The models, where there are several; the versions and how they did."""
        names = line < self.header_height - 1
        chosen = self.get_component_rich_style("column--header")
        parts = header(self.board, self._heading, self.layout_now, names=names)
        if names:
            return [Segment(text, self._style("models")) for text, _ in parts]
        return [Segment(text, chosen if index == self.column and self.has_focus else None) for text, index in parts]

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One case under all variants."""
        layout, board, case = self.layout_now, self.board, self.board.shown[index]
        segments = [self._mark(case.id)]
        if layout.name:
            segments.append(Segment(padded(self._name(index), layout.name) + " ", self._style("name")))
        segments.append(Segment(padded(case.title, layout.given) + " "))
        segments.append(Segment(padded(value_text(case.expected), layout.expected), self._style("expected")))
        for span in layout.spans:
            text, style = self._cell(board.columns[span.index], case.id, span.width)
            segments.append(Segment(" " + padded(text, span.width), self._style(style)))
        return segments

    def _mark(self, case_id: str) -> Segment:
        if flip := self.board.flip(case_id):
            sign, style = _FLIPS[flip]
            return Segment(f" {sign} ", self._style(style))
        return Segment(" ≠ ", self._style("disagree")) if self.board.disagree(case_id) else Segment("   ")

    def _cell(self, column: Column, case_id: str, width: int) -> tuple[str, str]:
        """What stands in a cell, and its style."""
        state = column.freshness(case_id)
        if state is Freshness.EMPTY:
            return "·", "stale"
        if state is Freshness.RUNNING:
            frame = _SPINNER[self._frame % len(_SPINNER)]
            text = column.running[case_id]
            # Of an answer the end is news, of a reason to wait the beginning.
            return f"{frame} {text if case_id in column.held_up else tail(text, width - 2)}", "running"
        cell = column.cell(case_id)
        assert cell is not None, "it is fresh or stale"
        stale = state is Freshness.STALE
        return f"{MARKS[cell.kind]}{'·' if stale else ' '}{cell.text}", "stale" if stale else cell.kind

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"grid--{name}")

    def _sort_at(self, x: int) -> None:
        layout = self.layout_now
        if self.border(x) is not None:
            return
        if span := layout.at(x):
            self.column = span.index
            self.action_ask("sort")
        elif x < 3:
            self.action_ask("sort by flips")
        else:
            self.action_ask("sort by expected" if x >= layout.expected_start else "sort by input")
