"""How wide the contents of the result grid are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from synterm.core.case import Case, value_text
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.widgets.grid.layout import Wishes

_SAMPLE = 60
"""How many rows are looked at."""
_MARK = 2
"""A verdict's mark, and a blank."""
_HEADING = 8
"""What the header tells beside the version: the pass rate, or a mark or two."""


def measure(board: Board, name: Callable[[int], str], chosen: Mapping[str, int]) -> Wishes:
    """By the first rows. `name`: of a row; `chosen`: widths that someone gave to columns, by title."""
    rows = board.shown[:_SAMPLE]
    expected = max((len(value_text(case.expected)) for case in rows), default=0)
    return Wishes(
        name=max(len(name(0)), len(name(len(board.shown) - 1))) if rows else 0,
        given=max((len(case.title) for case in rows), default=0),
        expected=max(expected, len("expected")),
        columns=tuple(_column(column, rows, expected) for column in board.columns),
        chosen=tuple(chosen.get(column.title) for column in board.columns),
    )


def _column(column: Column, rows: Sequence[Case], expected: int) -> int:
    """Answers that are not there yet are taken to be like labels."""
    slots = [slot for case in rows if (slot := column.slots.find(case.id)) is not None]
    answers = max((len(column.text_in(slot)) for slot in slots), default=0)
    return max(answers + _MARK, min(expected, 12) + _MARK, len(column.variant.version) + _HEADING)
