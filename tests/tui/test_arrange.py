"""Sorting and filtering by results."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.errors import InputError
from synterm.tui.board.arrange import BY_COLUMN, BY_ROW, ONLY, Arrangement, Sort, arranged, find_column, matches
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column
from synterm.tui.board.slots import Slots
from synterm.tui.widgets.grid.grid import ResultGrid
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

Verdict = bool | None
NO_CELL = "none"
Found = tuple[Verdict | str, Verdict | str, str]
"""What the draft and v1 found about a case, and the draft's answer."""


@dataclass(frozen=True)
class Term:
    kind: str
    column: str = ""
    negated: bool = False


def made(found: list[Found]) -> tuple[Board, list[tuple[int, str]]]:
    """A board with a draft and a version, and its rows as row number and id."""
    slots = Slots()
    cases = [Case(scenario_id="s", input={"m": str(index)}) for index in range(len(found))]
    draft = Column(Variant("p", "draft", body("new"), scripted()), slots, live=True)
    kept = Column(Variant("p", "v1", body("old"), scripted()), slots)
    for case, (now, before, text) in zip(cases, found, strict=True):
        for column, passed, answer in ((draft, now, text), (kept, before, "x")):
            if passed != NO_CELL:
                assert passed is None or isinstance(passed, bool)
                completion = Completion(Outcome.COMPLETE, text=answer, stored=1)
                column.land(Evaluation(Task(case, column.variant), completion, passed=passed))
    board = Board(cases, [draft, kept], lambda _: [], lambda _: [])
    return board, [(index + 1, case.id) for index, case in enumerate(cases)]


verdicts = st.sampled_from([True, False, None, NO_CELL])
boards = st.lists(st.tuples(verdicts, verdicts, st.sampled_from(["a", "B", "c"])), max_size=12)
sorts = st.sampled_from([None, *(Sort(by, "script · draft") for by in BY_COLUMN), *(Sort(by) for by in BY_ROW)])


@given(boards, sorts)
def test_sorting_gives_every_row_once_and_sorting_again_changes_nothing(found: list[Found], sort: Sort | None) -> None:
    board, keyed = made(found)
    keys = arranged(keyed, board, Arrangement(sort))
    assert sorted(keys) == [key for key, _ in keyed]
    again = arranged([keyed[key - 1] for key in keys], board, Arrangement(sort))
    assert again == keys


@given(boards, st.sampled_from(ONLY))
def test_filtering_keeps_some_rows_in_their_order(found: list[Found], only: str) -> None:
    board, keyed = made(found)
    keys = arranged(keyed, board, Arrangement(only=only))  # pyright: ignore[reportArgumentType]
    assert keys == sorted(keys)
    assert set(keys) <= {key for key, _ in keyed}


@given(boards, st.sampled_from(["failing", "passing", "error", "stale", "fixed", "broken", "disagree", "unjudged"]))
def test_a_term_and_its_opposite_share_the_rows_out(found: list[Found], kind: str) -> None:
    board, keyed = made(found)
    these, those = (arranged(keyed, board, Arrangement(terms=(Term(kind, negated=no),))) for no in (False, True))
    assert sorted(these + those) == [key for key, _ in keyed]


ROWS: list[Found] = [
    (True, False, "b"),
    (False, True, "c"),
    (None, True, "a"),
    (NO_CELL, True, ""),
    (False, False, "A"),
    (True, True, "b"),
]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort("failing", "script · draft"), [2, 5, 3, 1, 6, 4]),
        (Sort("passing", "script · draft"), [1, 6, 2, 5, 3, 4]),
        (Sort("answer", "script · draft"), [3, 5, 1, 6, 2, 4]),
        (Sort("flips"), [2, 1, 3, 4, 5, 6]),
        (Sort("disagreement"), [1, 2, 3, 4, 5, 6]),
        (Sort("failing", "a column that is gone"), [2, 5, 3, 1, 6, 4]),
    ],
)
def test_rows_are_sorted_by_results(sort: Sort, order: list[int]) -> None:
    board, keyed = made(ROWS)
    assert arranged(keyed, board, Arrangement(sort)) == order


@pytest.mark.parametrize(
    ("kind", "column", "rows"),
    [
        ("failing", "", [2, 5]),
        ("passing", "", [1, 6]),
        ("error", "", [3]),
        ("unjudged", "", [4]),
        ("fixed", "", [1]),
        ("broken", "", [2]),
        ("disagree", "", [1, 2]),
        ("stale", "", []),
        ("fails", "v1", [1, 5]),
        ("passes", "V1·script", [2, 3, 4, 6]),
    ],
)
def test_terms_ask_of_results(kind: str, column: str, rows: list[int]) -> None:
    board, keyed = made(ROWS)
    assert arranged(keyed, board, Arrangement(terms=(Term(kind, column),))) == rows


def test_stale_verdicts_still_fail() -> None:
    board, keyed = made(ROWS)
    board.columns[0].supersede(Variant("p", "draft", body("newer"), scripted()))
    assert arranged(keyed, board, Arrangement(terms=(Term("failing"),))) == [2, 5]
    assert arranged(keyed, board, Arrangement(terms=(Term("stale"),))) == [1, 2, 3, 5, 6]
    assert arranged(keyed, board, Arrangement(only="flips")) == [], "flips are told of the text as it is"


def test_a_column_that_is_not_there_is_named() -> None:
    board, _ = made(ROWS)
    with pytest.raises(InputError, match="no column 'v9'"):
        find_column(board, "v9")
    with pytest.raises(InputError, match="is:odd"):
        matches(board, Term("odd"))


def shown(bench: Bench) -> list[str]:
    return [case.title for case in bench.screen.session.shown]


async def test_s_sorts_by_the_column_and_the_cursor_stays_on_its_case(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        grid = bench.screen.query_one(ResultGrid)
        grid.focus()
        await bench.pilot.press("down", "s")
        assert shown(bench)[0] == "what did they say"
        assert bench.screen.session.shown[grid.cursor].title == "meet w/ Dana on friday"
        assert bench.screen.cases.list.cursor == grid.cursor
        assert "failing first" in bench.text()
        await bench.pilot.press("s")
        assert shown(bench)[-1] == "what did they say"
        await bench.pilot.press("s", "s")
        assert shown(bench)[0] == "can we meet tmrw"


async def test_f_shows_fewer_rows_and_all_stay_counted(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("f")
        assert shown(bench) == ["what did they say"]
        assert bench.screen.cases.list.row_count == 1
        assert "1 of 5 cases" in bench.text()
        assert bench.screen.status.status.counts.fresh == 5
        await bench.pilot.press("f")
        assert len(shown(bench)) == 3, "v1 clarifies everything: three verdicts differ"
        await bench.pilot.press("f", "f", "f")
        assert len(shown(bench)) == 5


async def test_the_order_stays_while_one_types_and_is_new_when_all_is_known(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), debounce_ms=9_000) as bench:
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("f")
        bench.screen.prompt.focus_editor()
        await bench.type("always clarify ")
        await bench.pilot.pause()
        assert shown(bench) == ["what did they say"]
        bench.screen.action_run_all()
        await bench.settle()
        assert len(shown(bench)) == 4


async def test_the_palettes_sorts_and_the_header_do_the_same(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.sort_rows("expected")
        assert bench.screen.session.shown[0].expected == "clarify"
        assert bench.screen.session.arrangement.sort == Sort("expected")
        bench.screen.arrange_as_added()
        await bench.pilot.click(ResultGrid, offset=(8, 1))
        await bench.pilot.pause()
        assert bench.screen.session.arrangement.sort == Sort("input")
