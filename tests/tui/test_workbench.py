"""The main job: one types in the prompt, and the grid answers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from synterm.core.prompt import Example
from synterm.storage.project import Project
from synterm.tui.board.column import Freshness
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.workbench import case_finding
from synterm.tui.widgets.cases import CaseList
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.prompt.area import PromptArea
from synterm.tui.widgets.tree import BehaviorTree
from tests.tui.conftest import MakeProject, OpenBench, body, scripted


async def test_opening_a_project_evaluates_its_dev_cases(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        assert bench.verdicts() == [True, True, True, True, False]
        status = bench.screen.status.status
        assert (status.state, status.counts.fresh, status.total) == ("idle", 5, 5)
        assert "5/5 fresh" in bench.text()
        assert "meet later" not in bench.text(), "the holdout is not for iterating on"


async def test_typing_in_the_prompt_changes_the_verdicts(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        assert isinstance(bench.app.focused, PromptArea), "one can type at once"
        await bench.type("always clarify ")
        await bench.settle()
        assert bench.verdicts() == [False, False, False, True, False]
        assert "draft (v2 + edits)" in bench.text()
        assert "▼" in bench.text()


async def test_only_the_text_that_one_ends_with_is_sent(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), debounce_ms=1500) as bench:
        before = bench.responses()
        await bench.type("hello")
        await bench.settle()
        assert bench.responses() == before + 5


async def test_a_text_that_was_answered_before_costs_nothing(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("x")
        await bench.settle()
        before = bench.responses()
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert bench.responses() == before
        assert bench.verdicts() == [True, True, True, True, False]
        assert bench.screen.status.status.counts.cached == 5


async def test_stale_cells_stay_visible_until_their_fresh_value_lands(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), debounce_ms=5000) as bench:
        await bench.type("x")
        await bench.pilot.pause()
        draft = bench.draft
        assert {draft.freshness(case.id) for case in bench.screen.session.rows} == {Freshness.STALE}
        assert "✓ schedule" in bench.text()
        assert bench.screen.status.status.state == "waiting"
        assert bench.screen.status.status.counts.fresh == 0


async def test_a_newer_text_cancels_the_requests_of_the_older(make_project: MakeProject, open_bench: OpenBench) -> None:
    slow = [{"match": "slowly", "in": "system", "answer": "clarify", "delay_ms": 600_000}]
    model = scripted(rules=[*slow, {"match": "meet", "in": "user", "answer": "schedule"}])
    async with open_bench(make_project(model)) as bench:
        before = bench.responses()
        area = bench.app.focused
        assert isinstance(area, PromptArea)
        area.insert("slowly ")
        await bench.until(lambda: bench.draft.running)
        area.text = "Route the message, please."
        await bench.settle()
        assert bench.draft.running == {}
        assert bench.responses() == before + 5
        assert bench.screen.status.status.counts.fresh == 5


async def test_nothing_typed_is_lost_on_quitting(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await bench.type("kept ")
        await bench.pilot.press("ctrl+t", "ctrl+t")
        await bench.pilot.pause()
        await bench.type("half an exam")
    async with open_bench(path) as bench:
        texts = [area.text for area in bench.screen.prompt.query(PromptArea)]
        assert texts == ["kept Route the message.", "{{ message }}", "half an exam", ""]
        assert "no answer after the input" in bench.text()


async def test_examples_are_edited_as_lines(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("ctrl+t", "ctrl+t")
        await bench.pilot.pause()
        await bench.type("hi -> clarify")
        await bench.settle()
        example = Example(input={"message": "hi"}, expected="clarify")
        assert bench.screen.session.body == body(examples=(example,))
        assert bench.project.prompts.get("router").draft.examples == (example,)


async def test_a_prompt_that_does_not_compile_is_kept_and_says_why(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        before = bench.responses()
        area = bench.app.focused
        assert isinstance(area, PromptArea)
        area.insert("{{ ")
        await bench.settle()
        status = bench.screen.status.status
        assert status.state == "blocked"
        assert "system message 1, line 1" in status.reason
        assert bench.responses() == before
    async with open_bench(path) as bench:
        assert bench.screen.prompt.query(PromptArea).first().text == "{{ Route the message."


async def test_an_unknown_placeholder_is_told_of_in_every_row(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("{{ mesage }} ")
        await bench.settle()
        area = bench.screen.prompt.query(PromptArea).first()
        underlined = [part.text for part in area.render_line(0) if part.style and part.style.underline]
        assert underlined == ["mesage"]
        assert bench.verdicts() == [None] * 5
        assert bench.screen.status.status.counts.errors == 5
        assert "! not sent" in bench.text()


async def test_choosing_a_node_scopes_cases_and_results(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(BehaviorTree).focus()
        await bench.pilot.press("end")
        await bench.settle()
        assert [case.title for case in bench.screen.session.rows] == ["asdf??", "what did they say"]
        assert bench.screen.query_one(CaseList).row_count == 2
        assert bench.screen.query_one(ResultGrid).row_count == 2
        assert "cryptic · 2" in bench.text()


async def test_the_filter_narrows_cases_and_says_what_it_does_not_know(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(CaseList).focus()
        await bench.pilot.press("slash")
        await bench.type("tag:terse")
        await bench.settle()
        assert [case.title for case in bench.screen.session.rows] == ["can we meet tmrw", "send the notes"]
        await bench.type(" split:x")
        await bench.settle()
        assert "split:x is none of" in bench.text()


async def test_the_lists_of_cases_and_results_move_together(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        grid = bench.screen.query_one(ResultGrid)
        grid.focus()
        await bench.pilot.press("down", "down")
        await bench.pilot.pause()
        assert bench.screen.query_one(CaseList).cursor == 2


async def test_enter_shows_why(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 80)) as bench:
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("end", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, InspectScreen)
        text = bench.text()
        for part in (
            "what did they say",
            "✗ clarify",
            "expected summarize",
            "Route the message.",
            "Other columns",
        ):
            assert part in text
        await bench.pilot.press("escape")
        assert bench.app.screen is bench.screen


async def test_a_draft_is_kept_as_a_version_and_restored(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("new ")
        await bench.settle()
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        prompt = bench.project.prompts.get("router")
        assert [version.number for version in prompt.versions] == [1, 2, 3]
        assert prompt.versions[-1].body == body("new Route the message.")
        await bench.screen.restore(1)
        await bench.settle()
        assert bench.screen.session.body == body("always clarify")
        assert bench.verdicts() == [False, False, False, True, False]
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert bench.screen.session.body == body("new Route the message.")


async def test_a_model_without_its_key_is_blocked_with_the_reason(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    model = scripted().model_copy(
        update={"name": "gpt", "model": "openai/gpt-4o-mini", "api_key_env": "NO_SUCH_KEY_HERE"}
    )
    async with open_bench(make_project(model)) as bench:
        assert bench.screen.status.status.state == "blocked"
        assert "NO_SUCH_KEY_HERE" in bench.screen.status.status.reason
        assert bench.responses() == 0


async def test_a_provider_error_is_no_failure(make_project: MakeProject, open_bench: OpenBench) -> None:
    model = scripted(rules=[{"match": "meet", "in": "user", "outcome": "rate limited"}])
    async with open_bench(make_project(model)) as bench:
        assert bench.verdicts()[:2] == [None, None]
        counts = bench.screen.status.status.counts
        assert (counts.errors, counts.judged) == (2, 3)
        assert "! rate limited" in bench.text()


async def test_a_small_terminal_hides_the_side_until_asked(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        side = bench.screen.query_one("#side")
        assert not side.display
        assert "✓ schedule" in bench.text()
        await bench.pilot.press("ctrl+b")
        await bench.pilot.pause()
        assert side.display


async def test_an_empty_project_opens(tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "empty.db"
    Project.create(path, "empty").close()
    async with open_bench(path) as bench:
        assert "■ blocked no prompt yet: N writes one" in bench.text()
        assert bench.app.focused is bench.screen.grid, "which is on the screen at every size"


async def test_undoing_a_long_paste_is_no_crash(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        area = bench.app.focused
        assert isinstance(area, PromptArea)
        area.insert("a line\n" * 5000)
        await bench.pilot.pause()
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert area.text == "Route the message."
        await bench.pilot.press("ctrl+y")
        await bench.settle()
        assert area.document.line_count == 5001


async def test_the_numbers_are_those_of_the_cases_in_scope(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(BehaviorTree).focus()
        await bench.pilot.press("end")
        await bench.settle()
        counts = bench.screen.status.status.counts
        assert (counts.fresh, counts.passed, bench.screen.status.status.total) == (2, 1, 2)
        assert "2/2 fresh" in bench.text()
        assert "▲1 fixed" not in bench.text()
        assert re.search(r"plain\s+◌\s+3/3", bench.text()), "the tree still tells of the others"
        await bench.pilot.press("home")
        await bench.settle()
        assert "5/5 fresh" in bench.text()


async def test_cases_that_left_the_filter_no_longer_count(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("slash")
        await bench.type("split:all")
        await bench.settle()
        assert bench.draft.counts.fresh == 6
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.draft.counts.fresh == 5
        assert bench.app.focused is bench.screen.query_one(CaseList)


async def test_a_restore_is_taken_back_with_its_examples(make_project: MakeProject, open_bench: OpenBench) -> None:
    shots = (Example(input={"message": "hi"}, expected="clarify"),)
    versions = [("bare", body("always clarify")), ("with examples", body(examples=shots))]
    async with open_bench(make_project(versions=versions)) as bench:
        await bench.screen.restore(1)
        await bench.settle()
        assert bench.screen.session.body == body("always clarify")
        await bench.screen.take_back_restore()
        await bench.settle()
        assert bench.screen.session.body == body(examples=shots)


async def test_keeping_what_is_kept_says_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert len(bench.project.prompts.get("router").versions) == 2
        assert "nothing changed: this is v2" in bench.text()


async def test_why_no_case_has_a_verdict_is_said_once_for_all(make_project: MakeProject, open_bench: OpenBench) -> None:
    model = scripted(rules=[{"match": "e", "outcome": "provider error", "answer": "the prompt is too long"}])
    async with open_bench(make_project(model)) as bench:
        status = bench.screen.status.status
        assert (status.state, status.reason) == ("blocked", "the prompt is too long")


async def test_filter_and_tree_are_one_choice_while_cases_are_looked_for(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_finding, "_BIG", 2)
    monkeypatch.setattr(case_finding, "FILTER_SECONDS", 600)
    async with open_bench(make_project()) as bench:
        tree, session = bench.screen.behaviors, bench.screen.session
        bench.screen.cases.focus_filter()
        await bench.type("meet")
        await bench.pilot.pause()
        tree.focus()
        await bench.pilot.press("down", "down")
        await bench.settle()
        assert session.node_id is not None
        assert [case.title for case in session.rows] == ["can we meet tmrw", "meet w/ Dana on friday"]
        monkeypatch.setattr(case_finding, "FILTER_SECONDS", 0)
        node = session.node_id
        await bench.pilot.press("up")
        bench.screen.cases.focus_filter()
        await bench.pilot.press("end", "backspace")
        await bench.settle()
        assert (session.node_id != node, session.query) == (True, "mee")


async def test_a_filter_whose_tag_is_gone_hides_no_later_edit(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        session, store = bench.screen.session, bench.project.cases
        bench.screen.cases.focus_filter()
        await bench.type("tag:typo")
        await bench.settle()
        [case] = session.rows
        store.put([case.model_copy(update={"tags": ()})]).result()
        bench.screen.project_edited([case.id])
        await bench.settle()
        assert session.tags is not None
        assert "typo" not in session.tags
        store.put([case.model_copy(update={"tags": (), "input": {"message": "meet elsewhere"}})]).result()
        bench.screen.project_edited([case.id])
        await bench.settle()
        assert "meet elsewhere" in [each.title for each in session.rows]
        assert bench.draft.counts.fresh == 5
        assert "tag:typo" in str(bench.screen.cases.border_subtitle)
