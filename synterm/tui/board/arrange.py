"""Which cases the grid shows, and in which order, by what the columns found. Nothing here is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from synterm.errors import InputError
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column

ByColumn = Literal["failing", "passing", "answer"]
ByRow = Literal["flips", "disagreement", "expected", "input"]
Only = Literal["all", "failing", "flips", "disagreement", "errors"]

BY_COLUMN: tuple[ByColumn, ...] = ("failing", "passing", "answer")
BY_ROW: tuple[ByRow, ...] = ("flips", "disagreement", "expected", "input")
ONLY: tuple[Only, ...] = ("all", "failing", "flips", "disagreement", "errors")

_KIND_OF = {"failing": "failing", "errors": "error", "disagreement": "disagree"}

Slot = int | None
"""The place of a case in the columns; None for one that no column has met."""
Holds = Callable[[Slot], bool]
Rank = Callable[[Slot], int | tuple[bool, str]]


class ResultTerm(Protocol):
    """What a query asks of results, such as ``is:failing`` or ``-fails:v6·smollm2``."""

    @property
    def kind(self) -> str:
        """One of failing, passing, error, stale, fixed, broken, disagree, unjudged; fails and passes name a column."""
        ...

    @property
    def column(self) -> str:
        """``draft``, ``v6`` or ``v6·smollm2``; empty for the draft."""
        ...

    @property
    def negated(self) -> bool:
        """Whether the cases are wanted that it does not hold for."""
        ...


@dataclass(frozen=True, slots=True)
class Sort:
    """What the rows are sorted by."""

    by: ByColumn | ByRow
    column: str = ""
    """The title of the column that is meant; empty where all are."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What was chosen; as it is at first: all cases, in the order they were added."""

    sort: Sort | None = None
    only: Only = "all"
    column: str = ""
    """The title of the column whose failures and errors are meant."""
    terms: tuple[ResultTerm, ...] = ()
    """What a query asks of results."""

    @property
    def plain(self) -> bool:
        """Whether the rows stand as they were added, all of them."""
        return self.sort is None and self.only == "all" and not self.terms

    @property
    def order(self) -> Literal["added", "expected", "input"]:
        """The order that cases are read in; sorting by results keeps it among equals."""
        return self.sort.by if self.sort and self.sort.by in ("expected", "input") else "added"

    def next_by_column(self, column: str) -> Arrangement:
        """Sorted by the next that one column can be sorted by: failing first, passing first, answer, not at all."""
        now = self.sort.by if self.sort and self.sort.column == column else None
        following = _after(BY_COLUMN, now)
        return replace(self, sort=Sort(following, column) if following else None)

    def next_by_row(self) -> Arrangement:
        """Sorted by flips, then disagreement, then what is expected, then the input, then not at all."""
        following = _after(BY_ROW, self.sort.by if self.sort else None)
        return replace(self, sort=Sort(following) if following else None)

    def toggled(self, by: ByRow) -> Arrangement:
        """Sorted by this; not at all where it was already."""
        return replace(self, sort=None if self.sort == Sort(by) else Sort(by))

    def next_only(self, column: str) -> Arrangement:
        """Filtered by the next that results can be filtered by; of this column where only one is meant."""
        return replace(self, only=ONLY[(ONLY.index(self.only) + 1) % len(ONLY)], column=column)


def arranged(keyed: Iterable[tuple[int, str]], board: Board, arrangement: Arrangement) -> list[int]:
    """The row numbers to show, of cases given as row number and id; among equals the order stays.

    Raises InputError for a term about a column that is not there.
    """
    if not board.columns:
        return [key for key, _ in keyed]
    find = board.columns[0].slots.find
    rows = [(key, find(case_id)) for key, case_id in keyed]
    for holds in _conditions(board, arrangement):
        rows = [row for row in rows if holds(row[1])]
    rank = _rank(board, arrangement.sort)
    if rank is not None:
        # A rank gives numbers or texts, never both.
        rows.sort(key=lambda row: rank(row[1]))  # pyright: ignore[reportCallIssue, reportArgumentType]
    return [key for key, _ in rows]


def matches(board: Board, term: ResultTerm) -> Holds:
    """What tells whether a term holds for the case in a slot, with what is known now.

    Passing and failing go by the newest verdict, also where it is stale. Raises InputError for a kind or a column
    that is not there.
    """
    column = find_column(board, term.column)
    holds = _kinds(board, column).get(term.kind)
    if holds is None:
        raise InputError(f"is:{term.kind} is nothing that results can be", hint="is:failing, is:stale, is:broken …")
    return (lambda slot: not holds(slot)) if term.negated else holds


def find_column(board: Board, name: str) -> Column | None:
    """The column of this name, those of the draft's model first; the draft's for no name.

    Names are ``draft``, ``v6``, ``v6·smollm2``, or a column's title. Raises InputError, naming those that are there.
    """
    if not name:
        return board.draft
    wanted = name.replace(" ", "").casefold()
    found = next((column for column in board.columns if wanted in _names(column)), None)
    if found is None:
        known = ", ".join(dict.fromkeys(column.variant.version for column in board.columns))
        raise InputError(f"there is no column {name!r}", hint=f"there are: {known}")
    return found


def titled(board: Board, title: str) -> Column | None:
    """The column of this title; the draft's where there is none."""
    return next((column for column in board.columns if column.title == title), board.draft)


def _names(column: Column) -> tuple[str, ...]:
    version, model = column.variant.version, column.variant.model.name.replace(" ", "")
    return tuple(name.casefold() for name in (version, f"{version}·{model}", f"{model}·{version}"))


def _after(steps: Sequence[ByColumn | ByRow], now: str | None) -> ByColumn | ByRow | None:
    if now not in steps:
        return steps[0]
    place = [*steps].index(now) + 1  # pyright: ignore[reportArgumentType]
    return steps[place] if place < len(steps) else None


def _conditions(board: Board, arrangement: Arrangement) -> list[Holds]:
    conditions = [matches(board, term) for term in arrangement.terms]
    kinds = _kinds(board, titled(board, arrangement.column))
    if arrangement.only == "flips":
        flip = _flip(board)
        conditions.append(lambda slot: flip(slot) != 0)
    elif arrangement.only != "all":
        conditions.append(
            kinds[{"failing": "failing", "errors": "error", "disagreement": "disagree"}[arrangement.only]]
        )
    return conditions


def _kinds(board: Board, column: Column | None) -> dict[str, Holds]:
    if column is None:
        return {}
    flip, disagree, last, has = _flip(board), _disagree(board), column.last_in, column.has_cell_in

    def passing(slot: Slot) -> bool:
        return slot is not None and last(slot) is True

    def failing(slot: Slot) -> bool:
        return slot is not None and last(slot) is False

    return {
        "failing": failing,
        "fails": failing,
        "passing": passing,
        "passes": passing,
        "error": lambda slot: slot is not None and has(slot) and last(slot) is None,
        "stale": lambda slot: slot is not None and has(slot) and not column.is_fresh_in(slot),
        "unjudged": lambda slot: slot is None or not has(slot),
        "fixed": lambda slot: flip(slot) > 0,
        "broken": lambda slot: flip(slot) < 0,
        "disagree": disagree,
    }


def _rank(board: Board, sort: Sort | None) -> Rank | None:
    """What rows are sorted by; None where they stand in the right order already."""
    if sort is None or sort.by in ("expected", "input"):
        return None
    if sort.by == "flips":
        flip = _flip(board)
        return lambda slot: (0, 2, 1)[flip(slot) + 1]
    if sort.by == "disagreement":
        disagree = _disagree(board)
        return lambda slot: not disagree(slot)
    column = titled(board, sort.column)
    assert column is not None, "there are columns"
    if sort.by == "answer":
        return lambda slot: _answer(column, slot)
    first, second = (False, True) if sort.by == "failing" else (True, False)
    places = {first: 0, None: 1, second: 2} if sort.by == "failing" else {first: 0, second: 1, None: 2}
    return lambda slot: places[column.last_in(slot)] if slot is not None and column.has_cell_in(slot) else 3


def _answer(column: Column, slot: Slot) -> tuple[bool, str]:
    text = "" if slot is None or not column.has_cell_in(slot) else column.text_in(slot)
    return (not text, text.casefold())


def _flip(board: Board) -> Callable[[Slot], int]:
    """1: fixed, -1: broken, 0: neither, or not both verdicts are fresh."""
    draft, reference = board.draft, board.reference

    def flip(slot: Slot) -> int:
        if slot is None or draft is None or reference is None:
            return 0
        now, before = draft.verdict_in(slot), reference.verdict_in(slot)
        return 0 if now is None or before is None else int(now) - int(before)

    return flip


def _disagree(board: Board) -> Holds:
    verdicts = [column.verdict_in for column in board.columns]

    def disagree(slot: Slot) -> bool:
        if slot is None:
            return False
        found = None
        for verdict in verdicts:
            now = verdict(slot)
            if now is not None and found is not None and now is not found:
                return True
            found = now if now is not None else found
        return False

    return disagree
