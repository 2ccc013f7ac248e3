"""The answers in a column of the board, as candidates for review."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from synterm.core.case import Case
from synterm.core.review import output_id
from synterm.evaluate.review.candidate import Candidate
from synterm.storage.base import chunks
from synterm.tui.board.column import Column, Freshness
from synterm.tui.board.verdicts import Cell

Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""Gives the answers in these rows of the project file."""
_PAGE = 500


def candidates(column: Column, columns: Sequence[Column], cases: Iterable[Case], texts: Texts) -> Iterator[Candidate]:
    """The fresh answers of a column to these cases; what never was answered is left out."""
    for page in chunks(cases, _PAGE):
        cells = {case.id: cell for case in page if (cell := _answered(column, case.id))}
        found = texts([cell.stored for cell in cells.values() if cell.stored])
        for case in page:
            cell = cells.get(case.id)
            if cell is not None and cell.stored is not None and cell.stored in found:
                verdicts = {other.verdict(case.id) for other in columns}
                yield Candidate(
                    case.id,
                    case.scenario_id,
                    case.root_id,
                    (case.content_id, output_id(found[cell.stored])),
                    cell.stored,
                    cell.passed,
                    cell.score,
                    cell.torn,
                    {True, False} <= verdicts,
                )


def _answered(column: Column, case_id: str) -> Cell | None:
    """A fresh cell whose answer is in the project file."""
    cell = column.cell(case_id)
    is_fresh = cell is not None and column.freshness(case_id) is Freshness.FRESH
    return cell if cell and is_fresh and cell.stored and cell.completion is None else None
