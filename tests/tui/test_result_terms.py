"""The filter asks about results; what is done to cases then is done to those that are shown."""

from __future__ import annotations

import asyncio

import pytest
from textual.widgets import Input

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.evaluate.checklist import Checklist
from synterm.tui.board.lineup import Lineup
from tests.tui.conftest import Bench, MakeProject, OpenBench
from tests.tui.test_case_editing import choice, open_form, press, stored

FIXED = [("meet Dana", "schedule"), ("meet Eve", "schedule"), ("send the notes", "summarize")]
"""What v1 gets wrong, and the draft right."""


async def filter_by(bench: Bench, query: str) -> None:
    """Type into the filter of the cases."""
    bench.screen.query_one("#case-filter", Input).value = ""
    bench.screen.cases.focus_filter()
    await bench.pilot.pause()
    await bench.type(query)
    await bench.settle()


def in_panes(bench: Bench) -> list[int]:
    """The row numbers that the panes show, which are the same in both."""
    keys = list(bench.screen.cases.list.rows.keys)
    assert list(bench.screen.cases.list.rows) == list(bench.screen.session.board.shown)
    assert bench.screen.grid.row_count == bench.screen.cases.list.row_count == len(keys)
    return keys


async def test_failing_cases_are_shown_alone_and_the_figures_stay_those_of_the_scope(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        counts = bench.draft.counts
        await filter_by(bench, "is:failing")
        assert in_panes(bench) == [5]
        assert "what did they say" in bench.text() and "asdf" not in bench.text()
        assert "Results  1 of 5 cases" in bench.text()
        assert bench.draft.counts == counts
        assert bench.screen.status.status.total == 5
        assert len(bench.screen.session.rows) == 5
        await bench.pilot.press("escape")
        await bench.settle()
        assert in_panes(bench) == [1, 2, 3, 4, 5]


QUERIES = (
    ("fails:v1", [1, 2, 3, 5]),
    ("fails:v1·script", [1, 2, 3, 5]),
    ("passes:v1", [4]),
    ("is:fixed", [1, 2, 3]),
    ("is:disagree", [1, 2, 3]),
    ("-is:failing", [1, 2, 3, 4]),
    ("fails:v1 -is:fixed", [5]),
    ("meet fails:v1", [1, 2]),
)
"""What is asked about results, and the rows that answer it."""


async def test_terms_ask_about_columns_and_flips_beside_other_terms(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        for query, expected in QUERIES:
            for typed, rows in ((query, expected), ("", [1, 2, 3, 4, 5])):
                bench.screen.query_one("#case-filter", Input).value = typed
                await bench.settle()
                assert in_panes(bench) == rows, query


async def test_failing_cases_are_found_anew_when_a_round_is_over(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await filter_by(bench, "is:failing")
        bench.screen.prompt.focus_editor()
        await bench.type("always clarify ")
        await bench.settle()
        assert bench.verdicts() == [False, False, False, True, False]
        assert in_panes(bench) == [1, 2, 3, 5]


async def test_a_version_that_does_not_exist_is_told_in_the_pane(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(200, 40)) as bench:
        await filter_by(bench, "fails:v9 ")
        assert "fails:v9 is nothing here" in bench.text()
        assert in_panes(bench) == [1, 2, 3, 4, 5]


async def test_a_column_that_leaves_the_board_is_told_and_all_cases_are_shown(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(200, 40)) as bench:
        await filter_by(bench, "fails:v1")
        bench.screen.session.line_up(Lineup(versions=(2,)))
        bench.screen.painter.show_scope()
        bench.screen.restart()
        await bench.settle()
        assert "there is no column 'v1'" in bench.text()
        assert in_panes(bench) == [1, 2, 3, 4, 5]
        assert bench.screen.status.status.state == "idle"
        bench.screen.session.line_up(Lineup())
        bench.screen.painter.show_scope()
        await bench.settle()
        assert "there is no column" not in bench.text()
        assert in_panes(bench) == [1, 2, 3, 5]


async def test_results_that_no_case_has_are_said_to_be_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await filter_by(bench, "is:broken")
        assert in_panes(bench) == []
        assert "No case has such results now" in bench.text()
        await press(bench, "x")
        assert {case.status for case in stored(bench)} == {"accepted"}


async def test_an_edit_acts_on_the_row_that_is_shown_when_rows_are_sorted(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    inputs = [(text, expected, "t") for text, expected in (("asdf", "clarify"), ("??", "clarify"), *FIXED)]
    async with open_bench(make_project(inputs=inputs)) as bench:
        before = stored(bench)
        bench.screen.grid.focus()
        await bench.pilot.press("S")
        await bench.settle()
        assert in_panes(bench) == [3, 4, 5, 1, 2], "sorted by flips: what was fixed is first"
        await press(bench, "home", "down", "x")
        assert [case.status for case in stored(bench)[:5]] == [*["accepted"] * 3, "rejected", "accepted"]
        assert in_panes(bench) == [3, 5, 1, 2]
        await press(bench, "u")
        assert stored(bench) == before
        assert in_panes(bench) == [3, 4, 5, 1, 2]
        assert bench.screen.cases.list.key == 4, "the cursor is back on its case"
        assert bench.screen.grid.cursor == bench.screen.cases.list.cursor == 1


async def test_all_that_are_shown_are_selected_and_no_others(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await filter_by(bench, "is:fixed")
        await press(bench, "ctrl+a", "x")
        assert [case.status for case in stored(bench)[:5]] == ["rejected"] * 3 + ["accepted"] * 2
        await press(bench, "u")
        assert stored(bench) == before
        assert in_panes(bench) == [1, 2, 3]


async def test_flags_are_learned_of_the_rows_that_are_shown(make_project: MakeProject, open_bench: OpenBench) -> None:
    inputs = [*((f"meet {number}", "schedule", "t") for number in range(60)), ("meet", "nowhere", "t")]
    async with open_bench(make_project(inputs=inputs)) as bench:
        await filter_by(bench, "is:error")
        assert in_panes(bench) == [61]
        assert [name for name, _ in bench.screen.cases.list.notes] == ["unknown-label"]


async def test_only_the_case_that_was_edited_is_judged_again(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(make_project()) as bench:
        session = bench.screen.session
        async with asyncio.timeout(20):
            # All columns have their first verdicts: only what is judged from now on counts.
            while any(
                column.verdict(case.id) is None for column in session.board.columns for case in session.board.rows
            ):
                await bench.settle()
        answers, judged, judge = bench.responses(), list[str](), Checklist.judge

        def note(checklist: Checklist, task: Task, completion: Completion) -> Evaluation:
            judged.append(task.case.id)
            return judge(checklist, task, completion)

        monkeypatch.setattr(Checklist, "judge", note)
        edited = await expect(bench, "clarify")
        assert bench.responses() == answers, "the answers are known"
        assert judged == [edited.id] * len(bench.screen.session.board.columns)
        assert bench.verdicts() == [True] * 5
        await press(bench, "u")
        assert set(judged) == {edited.id}
        assert bench.verdicts() == [True, True, True, True, False]


async def test_an_edit_makes_no_other_cell_stale(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.list.focus()
        await bench.pilot.press("p")
        await bench.settle()
        edited = await expect(bench, "clarify")
        for column in bench.screen.session.board.columns:
            due = [case.id for case in bench.screen.session.rows if column.is_due(case.id, errors=True)]
            assert due == [edited.id], column.title


async def expect(bench: Bench, label: str) -> Case:
    """Have the last case of the scope expect another label, in its form."""
    bench.screen.cases.list.focus()
    await bench.pilot.press("end")
    form = await open_form(bench, "e")
    choice(form, "labels").value = label
    await bench.pilot.pause()
    await bench.pilot.press("ctrl+s")
    await bench.settle()
    case = bench.screen.cases.list.case
    assert case is not None and case.expected == label
    return case
