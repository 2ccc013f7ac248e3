"""The result grid: a row for each case, a column for each variant, live."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from synterm.core.case import Case, value_text
from synterm.tui.board import Board
from synterm.tui.column import Column, Freshness
from synterm.tui.titles import rate_text
from synterm.tui.verdicts import marked
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FLIPS = {1: "▲", -1: "▼", 0: " "}


class ResultGrid(LineList):
    """Shows a `Board`. Fresh cells are bright, stale ones dim: the grid never flashes empty."""

    BINDING_GROUP_TITLE = "Results"
    HELP = "A row for each case, a column for each version; ✓ passes, ✗ fails, ▲ fixed and ▼ broken against the last."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "inspect", "Why", id="results.inspect", tooltip="Everything about the cell under the cursor"),
        Binding(
            "left,h", "column(-1)", "Column left", show=False, id="results.left", tooltip="To the column on the left"
        ),
        Binding(
            "right,l", "column(1)", "Column right", show=False, id="results.right", tooltip="To the column on the right"
        ),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--pass",
        "grid--fail",
        "grid--error",
        "grid--running",
        "grid--stale",
        "grid--expected",
        "grid--fixed",
        "grid--broken",
        "grid--column",
    }
    DEFAULT_CSS = """
    ResultGrid {
        & > .grid--pass { color: $text-success; }
        & > .grid--fail { color: $text-error; }
        & > .grid--error { color: $text-warning; }
        & > .grid--running { color: $text-accent; }
        & > .grid--stale { color: $text-disabled; }
        & > .grid--expected { color: $text-muted; }
        & > .grid--fixed { color: $text-success; text-style: bold; }
        & > .grid--broken { color: $text-error; text-style: bold; }
        & > .grid--column { text-style: bold underline; }
        &:nocolor > .grid--stale, &:ansi > .grid--stale { text-style: dim; }
        &:nocolor > .grid--pass, &:nocolor > .grid--fail { text-style: bold; }
    }
    """
    header_height = 1
    column: reactive[int] = reactive(0)

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

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.board = Board([], [], lambda _: [], lambda _: [])
        self._frame = 0

    def show(self, board: Board) -> None:
        """Show another board; the cursor stays where it was, as far as there are rows."""
        self.board = board
        self.row_count = len(board.shown)
        self.column = min(self.column, max(len(board.columns) - 1, 0))
        self.refresh()

    def advance(self) -> None:
        """Turn the spinners one step, where things may move."""
        if self.app.animation_level != "none":
            self._frame += 1

    def action_column(self, by: int) -> None:
        """Move the column cursor."""
        self.column = max(0, min(self.column + by, len(self.board.columns) - 1))
        self.refresh()

    def action_inspect(self) -> None:
        """Ask for all about the cell under the cursor."""
        if self.row_count and self.board.columns:
            case = self.board.shown[self.cursor]
            self.post_message(self.Inspected(self, case, self.board.columns[self.column]))

    def on_click(self, event: events.Click) -> None:
        """A click moves the cursor to the cell, a second one opens it."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        if place is None or row is None:
            return
        self.cursor = row
        _, _, first, width = self._layout(self.body_width)
        if place.x >= first and width:
            self.column = min((place.x - first) // (width + 1), len(self.board.columns) - 1)
            self.refresh()
        if event.chain == 2:
            self.action_inspect()

    def draw_header(self, width: int) -> list[Segment]:
        """The names of the columns."""
        given, expected, _, each = self._layout(width)
        chosen = self.get_component_rich_style("grid--column")
        segments = [Segment(f"   {padded('input', given)} {padded('expected', expected)} ")]
        one_model = len({column.variant.model.name for column in self.board.columns}) == 1
        for index, column in enumerate(self.board.columns):
            style = chosen if index == self.column and self.has_focus else None
            name = column.variant.version if one_model else column.title
            title = f"{name} {rate_text(column.counts, len(self.board.rows))}".strip()
            segments.append(Segment(padded(title, each).rstrip(), style))
            segments.append(Segment(" " * (each - len(padded(title, each).rstrip()) + 1)))
        return segments

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One case under all variants."""
        given, expected, _, each = self._layout(width)
        case = self.board.shown[index]
        flip = self.board.flip(case.id)
        mark = self._style("fixed" if flip > 0 else "broken") if flip else None
        segments = [
            Segment(f" {_FLIPS[flip]} ", mark),
            Segment(padded(case.title, given) + " "),
            Segment(padded(value_text(case.expected), expected) + " ", self._style("expected")),
        ]
        segments += [self._cell(column, case.id, each) for column in self.board.columns]
        return segments

    def _cell(self, column: Column, case_id: str, width: int) -> Segment:
        state = column.freshness(case_id)
        if state is Freshness.EMPTY:
            return Segment(padded("·", width) + " ", self._style("stale"))
        if state is Freshness.RUNNING:
            frame = _SPINNER[self._frame % len(_SPINNER)]
            return Segment(padded(f"{frame} {column.running[case_id]}", width) + " ", self._style("running"))
        cell = column.cell(case_id)
        assert cell is not None, "it is fresh or stale"
        kind = "stale" if state is Freshness.STALE else cell.kind
        return Segment(padded(marked(cell.kind, cell.text), width) + " ", self._style(kind))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"grid--{name}")

    def _layout(self, width: int) -> tuple[int, int, int, int]:
        """Widths of input and expected, where the variants begin, and the width of each of them."""
        columns = len(self.board.columns)
        expected = 12 if width >= 70 else 8
        room = width - 3 - expected - 2
        each = max(min(26, int(room * 0.72) // max(columns, 1) - 1), 6) if columns else 0
        given = max(room - columns * (each + 1), 8)
        return given, expected, 3 + given + 1 + expected + 1, each
