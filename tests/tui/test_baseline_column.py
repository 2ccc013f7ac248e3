"""The draft held against a baseline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.storage.project import Project
from synterm.tui.board.lineup import NOTHING, Against
from synterm.tui.screens.workbench import watching
from tests.support.recording import record_run
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

V1, V2 = ("--prompt", "router@v1"), ("--prompt", "router@v2")


def pin(path: Path, name: str = "main", run: int = -1, scenarios: tuple[str, ...] = ()) -> None:
    with Project.open(path) as project:
        ids = [node.id for node in project.nodes.tree().scenarios() if node.name in scenarios]
        project.baselines.set(name, project.runs.all()[run].id, ids, who="ann").result()


@pytest.fixture
def pinned(make_project: MakeProject) -> Path:
    """Version 1, which always says clarify, is the baseline; the draft says what version 2 says."""
    path = make_project()
    record_run(path, *V1)
    pin(path)
    return path


async def recorded(path: Path, *options: str) -> None:
    await asyncio.to_thread(record_run, path, *options)


def summary(bench: Bench) -> str:
    return str(bench.screen.grid.border_subtitle)


def title(bench: Bench) -> str:
    return str(bench.screen.grid.border_title)


def reference(bench: Bench) -> str | None:
    found = bench.screen.session.board.reference
    return found and found.title


async def dialog(bench: Bench, *keys: str) -> None:
    """Press keys that open a dialog: whoever waits for its answer is not done until then."""
    await bench.pilot.press(*keys)
    for _ in range(5):
        await bench.pilot.pause(0.02)


async def until(bench: Bench, true: Callable[[], object]) -> None:
    await bench.until(true)
    await bench.settle()


async def test_the_draft_is_held_against_the_baseline_called_main(pinned: Path, open_bench: OpenBench) -> None:
    async with open_bench(pinned) as bench:
        assert reference(bench) == "baseline main"
        assert "vs baseline main" in title(bench)
        assert "▲3 fixed ▼0 broken against baseline main, p = 0.25: not enough evidence" in summary(bench)
        assert bench.screen.session.board.flips() == (3, 0, 5)
        assert [column.title for column in bench.screen.session.board.columns] == [
            "script · draft",
            "script · v2",
            "script · v1",
        ], "it needs no column to be held against"


async def test_typing_does_not_age_it_and_nothing_asks_for_it(pinned: Path, open_bench: OpenBench) -> None:
    async with open_bench(pinned) as bench:
        before = bench.responses()
        await bench.type("always clarify ")
        await bench.settle()
        assert bench.screen.session.board.flips() == (0, 0, 5)
        assert "▲0 fixed ▼0 broken against baseline main" in summary(bench)
        assert bench.responses() <= before + 5 * len("always clarify "), "only the draft was asked"
        baseline = bench.screen.session.board.baseline
        assert baseline is not None
        assert baseline.counts.fresh == 5


async def test_a_case_that_says_something_else_now_has_no_baseline_verdict_until_it_says_that_again(
    pinned: Path, open_bench: OpenBench
) -> None:
    async with open_bench(pinned) as bench:
        case = bench.screen.session.rows[0]
        with Project.open(pinned) as project:
            project.cases.put([case.model_copy(update={"input": {"message": "let us meet"}})]).result()
        bench.screen.project_edited([case.id])
        await bench.settle()
        assert bench.screen.session.board.flips() == (2, 0, 4)
        assert "▲2 fixed ▼0 broken of 4 cases against baseline main" in summary(bench)
        with Project.open(pinned) as project:
            project.cases.put([case]).result()
        bench.screen.project_edited([case.id])
        await bench.settle()
        assert bench.screen.session.board.flips() == (3, 0, 5)


async def test_cases_that_were_added_since_are_not_compared(pinned: Path, open_bench: OpenBench) -> None:
    async with open_bench(pinned) as bench:
        scenario = bench.screen.session.tree.scenarios()[0].id
        with Project.open(pinned) as project:
            new = Case(scenario_id=scenario, input={"message": "meet me"}, expected="schedule")
            project.cases.put([new]).result()
        bench.screen.project_edited()
        await bench.settle()
        assert "▲3 fixed ▼0 broken of 5 cases against baseline main, p = 0.25" in summary(bench)


async def test_scenarios_with_a_run_of_their_own_are_held_against_that(pinned: Path, open_bench: OpenBench) -> None:
    await recorded(pinned, *V2)
    pin(pinned, scenarios=("cryptic",))
    async with open_bench(pinned) as bench:
        # Version 1 on the plain ones, version 2 on the cryptic ones, of which the draft is no better than that.
        assert bench.screen.session.board.flips() == (3, 0, 5)
        await bench.type("always clarify ")
        await bench.settle()
        assert bench.screen.session.board.flips() == (0, 0, 5)


async def test_with_several_none_of_them_called_main_the_version_stands_until_one_is_chosen(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    await recorded(path, *V1)
    pin(path, "spring")
    pin(path, "summer")
    async with open_bench(path) as bench:
        assert reference(bench) == "script · v1"
        bench.screen.hold_against(Against("summer"))
        await bench.settle()
        assert reference(bench) == "baseline summer"
        bench.screen.hold_against(NOTHING)
        await bench.settle()
        assert reference(bench) is None
        assert "against" not in summary(bench)


async def test_the_only_one_is_held_against_whatever_it_is_called(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    await recorded(path, *V1)
    pin(path, "release 1")
    async with open_bench(path) as bench:
        assert reference(bench) == "baseline release 1"


async def test_flips_sort_filter_and_mark_by_the_baseline(pinned: Path, open_bench: OpenBench) -> None:
    async with open_bench(pinned) as bench:
        assert bench.text().count(" ▲ ") == 3
        bench.screen.grid.focus()
        await bench.pilot.press("slash")
        await bench.type("is:fixed")
        await bench.settle()
        assert [case.title for case in bench.screen.session.shown] == [
            "can we meet tmrw",
            "meet w/ Dana on friday",
            "send the notes",
        ]


async def test_another_prompt_is_held_against_its_own_verdicts_or_its_version(
    pinned: Path, open_bench: OpenBench
) -> None:
    with Project.open(pinned) as project:
        project.prompts.add("other", [("", body("one")), ("", body("always clarify"))]).result()
    async with open_bench(pinned) as bench:
        await bench.screen.open_prompt("other")
        await bench.settle()
        assert reference(bench) == "script · v1"
        assert "baseline main has nothing of other" in title(bench)
        await bench.screen.open_prompt("router")
        await bench.settle()
        assert reference(bench) == "baseline main"
        assert "▲3 fixed" in summary(bench)


async def test_under_another_model_it_says_what_the_verdicts_are_of(pinned: Path, open_bench: OpenBench) -> None:
    with Project.open(pinned) as project:
        project.models.put(scripted().model_copy(update={"name": "another"})).result()
    async with open_bench(pinned, size=(170, 40)) as bench:
        bench.screen.use_model("another")
        await bench.settle()
        assert "vs baseline main (router@v1 · script)" in title(bench)
        assert bench.screen.session.board.flips() == (3, 0, 5)


async def test_of_repeats_most_decide(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    await recorded(path, *V2, "--repeat", "3")
    pin(path)
    with Project.open(path) as project:
        db = project._db
        rows = db.execute("SELECT case_id FROM evaluations WHERE passed = 1 GROUP BY case_id").fetchall()
        db.execute("UPDATE evaluations SET passed = 0 WHERE repeat = 0 AND case_id = ?", rows[0])
        db.execute("UPDATE evaluations SET passed = 0 WHERE repeat < 2 AND case_id = ?", rows[1])
        db.conn.commit()
    async with open_bench(path) as bench:
        assert bench.screen.session.board.flips() == (1, 0, 5)


async def test_what_is_pinned_elsewhere_is_noticed(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    path = make_project()
    await recorded(path, *V1)
    async with open_bench(path) as bench:
        assert reference(bench) == "script · v1"
        pin(path)
        await until(bench, lambda: reference(bench) == "baseline main")
        assert "▲3 fixed ▼0 broken against baseline main" in summary(bench)
        await recorded(path, *V2)
        pin(path)
        await until(bench, lambda: "▲0 fixed ▼0 broken against baseline main" in summary(bench))
        with Project.open(path) as other:
            other.baselines.remove("main").result()
        await until(bench, lambda: reference(bench) == "script · v1")


async def test_a_model_of_that_name_need_not_be_there_any_more(pinned: Path, open_bench: OpenBench) -> None:
    with Project.open(pinned) as project:
        project.models.put(ModelSpec(name="new", model="scripted/rules", params={"default": "clarify"})).result()
        project.models.remove("script").result()
    async with open_bench(pinned) as bench:
        assert reference(bench) == "baseline main"
        assert bench.screen.session.board.flips() == (0, 0, 5)


async def test_what_is_on_the_board_is_recorded_and_pinned(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.grid.focus()
        await dialog(bench, "b", "enter")
        assert "Records 5 cases under 3 columns" in " ".join(bench.text().split())
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        [pin] = bench.project.baselines.all()
        assert (pin.name, pin.run_id) == ("main", bench.project.runs.all()[-1].id)
        assert reference(bench) == "baseline main"
        assert bench.screen.session.board.flips() == (0, 0, 5)
        bench.screen.prompt.focus_editor()
        await bench.type("always clarify ")
        await bench.settle()
        assert "▲0 fixed ▼3 broken against baseline main" in summary(bench)
        bench.screen.grid.focus()
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.baselines.all() == []
        assert reference(bench) == "script · v2"


async def test_the_menu_holds_against_another_one_nothing_or_unpins(pinned: Path, open_bench: OpenBench) -> None:
    await recorded(pinned, *V2)
    pin(pinned, "spring")
    async with open_bench(pinned, size=(140, 40)) as bench:
        bench.screen.grid.focus()
        await dialog(bench, "b")
        assert "⚑ hold against main · router@v1 · script 1/5 (20 %)" in bench.text()
        await bench.type("spring")
        await bench.pilot.press("enter")
        await bench.settle()
        assert reference(bench) == "baseline spring"
        assert bench.screen.session.board.flips() == (0, 0, 5)
        await dialog(bench, "b")
        await bench.type("nothing")
        await bench.pilot.press("enter")
        await bench.settle()
        assert reference(bench) is None
        await dialog(bench, "b")
        await bench.type("unpin spring")
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.project.baselines.names() == ["main"]
