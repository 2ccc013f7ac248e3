"""The board: what is fresh, what is stale, what flipped."""

from __future__ import annotations

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import Evaluation, Task, Variant
from synterm.tui.board.board import Board
from synterm.tui.board.column import Column, Freshness
from synterm.tui.board.order import in_order
from synterm.tui.board.slots import Slots
from synterm.tui.titles import rate_text, results_summary
from tests.tui.conftest import MakeProject, OpenBench, body, scripted

CASES = [Case(scenario_id=f"s{index % 2}", input={"message": str(index)}, expected="clarify") for index in range(6)]


def board_of(*columns: Column) -> Board:
    named = {case.id: case for case in CASES}
    return Board(CASES, columns, lambda ids: [named[case_id] for case_id in ids], lambda count: CASES[::2][:count])


SLOTS = Slots()


def column(system: str = "a", live: bool = False) -> Column:
    return Column(Variant("router", "draft" if live else "v1", body(system), scripted()), SLOTS, live=live)


def land(column: Column, case: Case, passed: bool | None, cached: bool = False) -> None:
    completion = Completion(Outcome.COMPLETE, text="clarify", cached=cached, stored=1)
    column.land(Evaluation(Task(case, column.variant), completion, passed=passed))


def test_a_new_text_makes_every_cell_stale_and_counts_start_anew() -> None:
    draft = column(live=True)
    for case in CASES:
        land(draft, case, True)
    draft.supersede(Variant("router", "draft", body("b"), scripted()))
    assert {draft.freshness(case.id) for case in CASES} == {Freshness.STALE}
    assert draft.counts.fresh == 0
    assert draft.verdict(CASES[0].id) is None
    land(draft, CASES[0], False)
    assert draft.freshness(CASES[0].id) is Freshness.FRESH
    assert (draft.counts.passed, draft.counts.failed) == (0, 1)


def test_landing_twice_counts_once() -> None:
    draft = column(live=True)
    land(draft, CASES[0], True, cached=True)
    land(draft, CASES[0], False)
    assert (draft.counts.passed, draft.counts.failed, draft.counts.cached) == (0, 1, 0)
    assert draft.by_scenario["s0"].fresh == 1


def test_flips_are_told_where_both_are_fresh() -> None:
    draft, kept = column("new", live=True), column("old")
    board = board_of(draft, kept)
    for index, (now, before) in enumerate([(True, False), (False, True), (True, True), (None, True)]):
        land(draft, CASES[index], now)
        land(kept, CASES[index], before)
    land(draft, CASES[4], True)
    assert [board.flip(case.id) for case in CASES] == [1, -1, 0, 0, 0, 0]
    flips = board.flips()
    assert (flips.fixed, flips.broken, flips.compared) == (1, 1, 3)
    assert "▲1 fixed ▼1 broken against v1 so far" in results_summary(board)


def test_a_draft_is_not_held_against_a_version_that_says_the_same() -> None:
    same, other = column("new"), column("old")
    board = board_of(column("new", live=True), same, other)
    assert board.reference is other


def test_the_rate_is_a_range_while_verdicts_are_missing() -> None:
    draft = column(live=True)
    land(draft, CASES[0], True)
    land(draft, CASES[1], False)
    assert rate_text(draft.counts, 4) == "25–75%"
    land(draft, CASES[2], True)
    land(draft, CASES[3], None)
    assert rate_text(draft.counts, 4) == "50–75%", "an error could have been either"
    assert rate_text(column().counts, 4) == ""


def test_rows_on_screen_come_first_then_failures_then_the_rest() -> None:
    draft = column(live=True)
    land(draft, CASES[5], False)
    board = board_of(draft)
    order = [case.title for case in in_order(board, draft, CASES[2:4], len(CASES))]
    assert order == ["2", "3", "5", "0", "1", "4"]


def test_a_sample_takes_failures_and_spreads_over_the_scope() -> None:
    draft = column(live=True)
    land(draft, CASES[1], False)
    board = board_of(draft)
    order = [case.title for case in in_order(board, draft, [CASES[4]], 3)]
    assert sorted(order) == ["0", "1", "2"], "what failed, then as the board spreads it"
    assert len(list(in_order(board, draft, [], 3))) == 3


async def test_a_parameter_that_becomes_true_makes_verdicts_stale(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(scripted(seed=1))) as bench:
        session = bench.screen.session
        one, true = (body().model_copy(update={"params": {"seed": value}}) for value in (1, True))
        session.edit(one)
        await bench.settle()
        generation = bench.draft.generation
        session.edit(true)
        assert bench.draft.generation > generation
        generation = bench.draft.generation
        bench.project.models.put(scripted(seed=True)).result()
        session.reload(())
        session.scope(None, "")
        assert bench.draft.generation > generation
