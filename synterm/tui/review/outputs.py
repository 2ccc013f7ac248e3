"""The answers in a column of the board, as people judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from synterm.core.case import Case
from synterm.core.review import Subject, output_id
from synterm.storage.base import chunks
from synterm.tui.board.column import Column, Freshness
from synterm.tui.board.verdicts import Cell

Texts = Callable[[Sequence[int]], Mapping[int, str]]
"""Gives the answers in these rows of the project file."""
_PAGE = 500


@dataclass(frozen=True)
class Output:
    """One answer to one case."""

    case: Case
    text: str
    stored: int | None
    """The row of the answer; None where it is not kept."""
    passed: bool | None
    """What the checks say; None where they gave no verdict."""
    disputed: bool
    """Whether the columns say different things about the case."""

    @cached_property
    def subject(self) -> Subject:
        """What a verdict on it is about."""
        return self.case.content_id, output_id(self.text)


def outputs(column: Column, columns: Sequence[Column], cases: Iterable[Case], texts: Texts) -> Iterator[Output]:
    """The fresh answers of a column to these cases; what never was answered is left out."""
    for page in chunks(cases, _PAGE):
        cells = {case.id: cell for case in page if (cell := _answered(column, case.id))}
        found = texts([cell.stored for cell in cells.values() if cell.stored])
        for case in page:
            cell = cells.get(case.id)
            if cell is not None and cell.stored is not None and cell.stored in found:
                verdicts = {other.verdict(case.id) for other in columns}
                yield Output(case, found[cell.stored], cell.stored, cell.passed, {True, False} <= verdicts)


def _answered(column: Column, case_id: str) -> Cell | None:
    """A fresh cell whose answer is in the project file."""
    cell = column.cell(case_id)
    is_fresh = cell is not None and column.freshness(case_id) is Freshness.FRESH
    return cell if cell and is_fresh and cell.stored and cell.completion is None else None
