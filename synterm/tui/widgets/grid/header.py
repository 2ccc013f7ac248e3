"""The header of the result grid: what each column is about, and how it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from synterm.tui.board.arrange import Sort
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.titles import earlier_rate, rate_text
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.grid.layout import MARK, Layout, Span

ARROWS = {
    "failing": "↑",
    "passing": "↓",
    "answer": "↑a",
    "flips": "↑",
    "disagreement": "≠",
    "expected": "↑",
    "input": "↑",
}
REFERENCE, PINNED = "⚑", "★"

Part = tuple[str, int | None]
"""A piece of the header, and the column that it belongs to."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header tells beside the board."""

    sort: Sort | None = None
    pinned: frozenset[str] = frozenset()
    """The labels of pinned versions: ``v6``."""


def height(columns: Sequence[Column]) -> int:
    """How many lines the header has: a line of models where there are several."""
    return 2 if len({column.variant.model.name for column in columns}) > 1 else 1


def header(board: Board, heading: Heading, layout: Layout, *, names: bool) -> list[Part]:
    """The pieces of a line of the header. `names`: the line of the models."""
    parts: list[Part] = [(_fixed(heading, layout, names=names), None)]
    for span in layout.spans:
        cut = 3 if layout.more_right and span is layout.spans[-1] else 0
        first = span is layout.spans[0]
        ruled = names and not first and _continues(board, layout, span)
        parts.append(("‹" if first and layout.more_left else "─" if ruled else " ", None))
        line = _model(board, layout, span) if names else _title(board, heading, span.index, span.width - cut)
        parts.append((set_cell_size(line, span.width - cut), None if names else span.index))
        if cut:
            parts.append((" …›" if cut <= span.width else "›", None))
    return parts


def _fixed(heading: Heading, layout: Layout, *, names: bool) -> str:
    by = "" if names or heading.sort is None else heading.sort.by
    mark = f" {ARROWS[by]} " if by in ("flips", "disagreement") else " " * MARK
    name = padded("" if names else "case", layout.name) + " " if layout.name else ""
    given = "" if names else f"input {ARROWS['input']}" if by == "input" else "input"
    expected = "" if names else f"expected {ARROWS['expected']}" if by == "expected" else "expected"
    if by == "expected" and cell_len(expected) > layout.expected:
        expected = f"{ARROWS['expected']}{expected}"
    return mark + name + padded(given, layout.given) + " " + padded(expected, layout.expected)


def _model(board: Board, layout: Layout, span: Span) -> str:
    """The model's name where its columns begin, then a rule over the rest of them."""
    name = board.columns[span.index].variant.model.name
    if _continues(board, layout, span):
        return "─" * span.width
    shown = padded(name, min(cell_len(name), span.width))
    return f"{shown} {'─' * (span.width - cell_len(shown) - 1)}"


def _continues(board: Board, layout: Layout, span: Span) -> bool:
    """Whether the column in sight to its left is of the same model."""
    before = layout.span(span.index - 1)
    names = [board.columns[one.index].variant.model.name for one in (before, span) if one]
    return len(names) == 2 and names[0] == names[1]


def _title(board: Board, heading: Heading, index: int, width: int) -> str:
    """``⚑ v6 ★ ↑      62%``; without the rate where there is no room."""
    column = board.columns[index]
    version = column.variant.version
    sorted_by = heading.sort.by if heading.sort and heading.sort.column == column.title else None
    marks = (
        REFERENCE if column is board.reference else "",
        version,
        PINNED if version in heading.pinned else "",
        ARROWS[sorted_by] if sorted_by else "",
    )
    name, rate = " ".join(mark for mark in marks if mark), rate_text(column.counts, len(board.rows))
    rate = rate or earlier_rate(column.counts_before)
    room = width - cell_len(name) - cell_len(rate)
    return f"{name}{' ' * room}{rate}" if room > 0 else name
