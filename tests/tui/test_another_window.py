"""Someone else writes into the project file while it is open."""

from __future__ import annotations

import asyncio

import pytest

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.tui.screens.workbench import watching
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench, body


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    monkeypatch.setattr(watching, "_TYPING_S", 0.0)


async def until(bench: Bench, true: object) -> None:
    assert callable(true)
    async with asyncio.timeout(10):
        while not true():
            await bench.pilot.pause(0.02)
    await bench.settle()


async def test_cases_that_are_added_elsewhere_appear(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        scenario = bench.screen.session.tree.scenarios()[0].id
        with Project.open(path) as other:
            other.cases.put([Case(scenario_id=scenario, input={"message": "meet me"}, expected="schedule")]).result()
        await until(bench, lambda: len(bench.screen.session.rows) == 6)
        assert bench.draft.counts.fresh == 6
        assert "cases changed in another window" in bench.text()


async def test_a_case_that_is_removed_elsewhere_leaves_every_other_in_its_row(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 3600)
    inputs = [(f"meet {number}", "schedule", "t") for number in range(250)]
    path = make_project(inputs=inputs)
    async with open_bench(path) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("s")
        with Project.open(path) as other:
            other.cases.remove([bench.screen.session.rows[210].id]).result()
        await bench.pilot.press("s", "end", "up")
        await bench.settle()
        shown = bench.screen.session.board.shown
        titles = [case.title for case in shown]
        assert [title for title in titles if title.startswith("meet")] == [
            f"meet {number}" for number in range(250) if number != 210
        ]
        assert "no longer in the project" in titles[210]
        assert "meet 248" in bench.text()
        await bench.pilot.press("r", *["up"] * 38, "R", "enter", "escape")
        await bench.settle()
        assert bench.screen.status.status.state == "idle"
        bench.screen.project_edited()
        await bench.settle()
        assert len(bench.screen.session.rows) == 249


async def test_a_file_that_another_program_locks_is_told_of_and_waited_for(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "log_is_safe", lambda *_: False)  # pyright: ignore[reportUnknownLambdaType]
    path = make_project(inputs=[(f"meet {number}", "schedule", "t") for number in range(250)])
    async with open_bench(path) as bench:
        other = connect.connect(path)
        other.execute("BEGIN EXCLUSIVE")
        async with asyncio.timeout(30):
            while "keeps the file" not in bench.text():
                await bench.pilot.pause(0.02)
        # A page that was not read yet.
        bench.screen.session.show_arranged([*reversed(bench.screen.session.rows.keys)])
        bench.screen.painter.show_rows()
        await bench.pilot.pause()
        assert "– no longer in" in bench.text()
        other.execute("COMMIT")
        other.conn.close()
        async with asyncio.timeout(30):
            while bench.screen.session.shown[0].title != "meet 249":
                await bench.pilot.pause(0.02)
        assert bench.app.failure is None
        await bench.settle()


async def test_a_draft_that_is_typed_elsewhere_is_taken_over(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        prompt = bench.screen.session.prompt
        assert prompt is not None
        with Project.open(path) as other:
            other.prompts.save_draft(prompt.id, body("always clarify, they said")).result()
        area = bench.screen.prompt.query(PromptArea).first()
        await until(bench, lambda: area.text == "always clarify, they said")
        assert bench.verdicts() == [False, False, False, True, False]
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert area.text == "Route the message."


async def test_answers_that_a_run_adds_change_nothing(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            run = other.runs.start({}, who="ci", git_commit=None).result()
            other.runs.finish(run, "complete", {}).result()
        version = bench.project.version
        await until(bench, lambda: bench.screen._version == version)
        assert "another window" not in bench.text()
        assert bench.screen.session.board.rows


async def test_a_model_that_is_added_elsewhere_can_be_turned_to(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            other.models.put(ModelSpec(name="second", model="scripted/rules", params={"default": "clarify"})).result()
        await until(bench, lambda: len(bench.screen.session.models) == 2)
        bench.screen.use_model("second")
        await bench.settle()
        assert bench.verdicts() == [False, False, False, True, False]
