"""What is counted as verdicts land, and rows that are not read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.board.slots import Slots
from synterm.tui.board.walk import Walk
from tests.tui.conftest import body, scripted

CASES = [Case(scenario_id=f"s{index % 2}", input={"message": str(index)}) for index in range(6)]
INDEXES = st.integers(0, len(CASES) - 1)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("land"), st.integers(0, 1), INDEXES, st.sampled_from([True, False, None])),
        st.tuples(st.just("age"), st.integers(0, 1), INDEXES, st.none()),
        st.tuples(st.just("type"), st.just(0), st.just(0), st.none()),
    )
)


def columns() -> list[Column]:
    variants = [Variant("router", version, body(version), scripted()) for version in ("draft", "v1")]
    slots, scope = Slots(), frozenset({"s0"})
    return [Column(variants[0], slots, live=True, scope=scope), Column(variants[1], slots, scope=scope)]


def board_of(columns: list[Column]) -> Board:
    return Board(CASES, columns, lambda ids: [], lambda count: [])


def do(board: Board, step: tuple[str, int, int, bool | None], number: int) -> None:
    kind, place, index, passed = step
    column, case = board.columns[place], CASES[index]
    if kind == "land":
        completion = Completion(Outcome.COMPLETE, text="x")
        board.land(column, Evaluation(Task(case, column.variant), completion, passed=passed))
    elif kind == "age":
        board.age(column, case)
    else:
        column.supersede(Variant("router", "draft", body(f"draft {number}"), scripted()))


@given(STEPS)
def test_flips_that_are_kept_count_equal_those_counted_anew(steps: list[tuple[str, int, int, bool | None]]) -> None:
    board = board_of(columns())
    boards = [board, board_of(board.columns)]
    for number, step in enumerate(steps):
        # What is on one board stands on the other too.
        do(boards[number % 3 % 2], step, number)
        assert board.flips() == board_of(board.columns).flips()
    for column in board.columns:
        verdicts = [column.verdict(case.id) for case in CASES if case.scenario_id == "s0"]
        assert (column.counts.passed, column.counts.failed) == (verdicts.count(True), verdicts.count(False))


class Read(Sequence[Case]):
    """Rows that note which of them were read."""

    def __init__(self) -> None:
        self.indexes: list[int] = []

    def __len__(self) -> int:
        return len(CASES)

    @overload
    def __getitem__(self, index: int) -> Case: ...
    @overload
    def __getitem__(self, index: slice) -> list[Case]: ...
    def __getitem__(self, index: int | slice) -> Case | list[Case]:
        if isinstance(index, slice):
            return CASES[index]
        self.indexes.append(index)
        return CASES[index]


def taken(cases: Iterator[Case], count: int) -> list[Case]:
    return [case for _, case in zip(range(count), cases, strict=False)]


@given(st.lists(st.tuples(st.integers(0, len(CASES)), st.sets(INDEXES))))
def test_a_walk_gives_every_row_that_is_not_done_whatever_was_walked_before(
    rounds: list[tuple[int, set[int]]],
) -> None:
    rows, done = Read(), set[str]()
    walk = Walk(rows)
    for count, landing in rounds:
        given_out = taken(walk.remaining(), count)
        done |= {case.id for case in given_out if CASES.index(case) in landing}
        walk.advance(done.__contains__)
    assert {case.id for case in walk.remaining()} >= {case.id for case in CASES} - done


def test_what_is_done_is_not_read_again() -> None:
    rows = Read()
    walk = Walk(rows)
    first = taken(walk.remaining(), 4)
    walk.advance({case.id for case in (first[0], first[1], first[3])}.__contains__)
    rows.indexes.clear()
    assert list(walk.remaining()) == CASES[2:]
    assert rows.indexes == [2, 3, 4, 5]
