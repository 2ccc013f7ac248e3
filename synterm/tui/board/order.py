"""In which order cases are evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from synterm.core.case import Case
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.board.rows import GONE

_PAGE = 100
"""How many cases are read at a time."""


def in_order(board: Board, column: Column, visible: Sequence[Case], wanted: int) -> Iterator[Case]:
    """The cases to evaluate: those on screen, those that did not pass or flipped last, then the rest.

    When fewer are wanted than there are: those that did not pass or flipped last, then as many of each scenario; those
    of them that are on screen come first. Rows are read as they are asked for.
    """
    if wanted >= len(board.rows):
        return _once(chain(visible, _not_passed(board, column), column.remaining(board.rows)))
    sample = list(islice(_once(chain(_not_passed(board, column), board.spread(wanted))), wanted))
    on_screen = {case.id for case in visible}
    return iter(sorted(sample, key=lambda case: case.id not in on_screen))


def _not_passed(board: Board, column: Column) -> Iterator[Case]:
    names = column.not_passed()
    return chain.from_iterable(board.named(names[start : start + _PAGE]) for start in range(0, len(names), _PAGE))


def _once(cases: Iterable[Case]) -> Iterator[Case]:
    """Each case once, where it comes first, of those that are there."""
    seen = {GONE.id}
    for case in cases:
        if case.id not in seen:
            seen.add(case.id)
            yield case
