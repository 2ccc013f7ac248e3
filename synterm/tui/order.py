"""In which order cases are evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from synterm.core.case import Case
from synterm.tui.board import Board
from synterm.tui.column import Column


def in_order(board: Board, column: Column, visible: Sequence[int], wanted: int) -> Iterator[Case]:
    """The cases to evaluate: those on screen, those that did not pass last, then the rest.

    When fewer are wanted than there are: those that did not pass last, then some spread over the scope; those of them
    that are on screen come first. Rows are read as they are asked for.
    """
    shown = (board.rows[index] for index in visible if index < len(board.rows))
    if wanted >= len(board.rows):
        return _once(chain(shown, _not_passed(column), column.remaining(board.rows)))
    sample = list(islice(_once(chain(_not_passed(column), _spread(board.rows, wanted))), wanted))
    on_screen = {case.id for case in shown}
    return iter(sorted(sample, key=lambda case: case.id not in on_screen))


def _not_passed(column: Column) -> Iterator[Case]:
    # A copy: verdicts land while it is gone through.
    return (case for case in list(column.not_passed.values()) if column.covers(case))


def _spread(rows: Sequence[Case], wanted: int) -> Iterator[Case]:
    """Every n-th row: rows of one scenario stand together, so each scenario gives its share."""
    return (rows[index * len(rows) // wanted] for index in range(wanted))


def _once(cases: Iterable[Case]) -> Iterator[Case]:
    """Each case once, where it comes first."""
    seen: set[str] = set()
    for case in cases:
        if case.id not in seen:
            seen.add(case.id)
            yield case
