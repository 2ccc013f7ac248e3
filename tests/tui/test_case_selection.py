"""Selecting cases, and where the cursor stands."""

from __future__ import annotations

from synterm.core.case import Case, Origin
from synterm.storage.project import Project
from synterm.tui.widgets.case_list import CaseList
from tests.tui.conftest import Bench, MakeProject, OpenBench


async def at_cases(bench: Bench) -> CaseList:
    bench.screen.cases.list.focus()
    await bench.settle()
    return bench.screen.cases.list


async def test_space_selects_and_goes_on(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        cases = await at_cases(bench)
        await bench.pilot.press("space", "down", "space")
        await bench.settle()
        assert cases.chosen == [1, 3]
        assert "5 of 6 · 2 selected" in bench.text()
        await bench.pilot.press("up", "up", "up", "space")
        assert cases.chosen == [3]


async def test_a_range_follows_the_cursor(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        cases = await at_cases(bench)
        await bench.pilot.press("down", "v", "down", "down", "v", "down")
        assert cases.chosen == [2, 3, 4]
        await bench.pilot.press("escape", "shift+up", "shift+up")
        assert cases.chosen == [3, 4, 5]


async def test_escape_gives_up_the_selection_and_then_the_filter(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.focus_filter()
        await bench.type("meet")
        await bench.pilot.press("enter")
        await bench.settle()
        cases = await at_cases(bench)
        await bench.pilot.press("asterisk")
        assert cases.chosen == [1, 2]
        await bench.pilot.press("escape")
        await bench.settle()
        assert (cases.selected, len(cases.rows)) == (set(), 2)
        await bench.pilot.press("escape")
        await bench.settle()
        assert len(cases.rows) == 5


async def test_what_leaves_the_scope_is_selected_no_more(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        cases = await at_cases(bench)
        await bench.pilot.press("ctrl+a", "slash")
        await bench.type("meet")
        await bench.settle()
        assert cases.selected == {1, 2}


async def test_the_cursor_stays_on_its_case(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        cases = await at_cases(bench)
        await bench.pilot.press("down", "down")
        bench.screen.cases.focus_filter()
        await bench.type("s")
        await bench.settle()
        assert cases.case is not None and cases.case.title == "send the notes"
        assert bench.screen.grid.cursor == cases.cursor
        await bench.type("zzz")
        await bench.settle()
        assert (len(cases.rows), cases.case) == (0, None)
        await bench.pilot.press("escape")
        await bench.settle()
        assert cases.case is not None and cases.case.title == "send the notes"


async def test_the_mouse_selects_too(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        cases = await at_cases(bench)
        await bench.pilot.click(cases, offset=(5, 1))
        assert (cases.cursor, cases.selected) == (1, set())
        await bench.pilot.click(cases, offset=(5, 3), control=True)
        assert cases.selected == {4}
        await bench.pilot.click(cases, offset=(5, 1), shift=True)
        assert cases.selected == {2, 3, 4}


async def test_lines_say_what_is_special_about_a_case(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        first, second, third = project.cases.page([1, 2, 3])
        project.cases.put(
            [
                first.model_copy(update={"status": "draft", "origin": Origin(kind="generated"), "tags": ()}),
                second.model_copy(update={"status": "rejected"}),
                third.model_copy(update={"input": {"message": "meet later"}, "expected": "schedule"}),
                Case(scenario_id=first.scenario_id, input={"other": " "}, expected="nowhere"),
            ]
        ).result()
    async with open_bench(path, size=(180, 40)) as bench:
        cases = await at_cases(bench)
        bench.screen.cases.focus_filter()
        await bench.type("status:all split:all")
        await bench.settle()
        texts = [line[: cases.region.right] for line in bench.text().splitlines()]
        lines = {f"c{number}": next(line for line in texts if f" c{number} " in line) for number in (1, 2, 3, 6, 7)}
        assert "◌" in lines["c1"] and "✦generated" in lines["c1"]
        assert "⊘" in lines["c2"]
        assert "holdout" in lines["c6"]
        assert "⚑" in lines["c3"] and "⚑" in lines["c7"] and "⚑" not in lines["c2"]
        await at_cases(bench)
        assert {name for name, _ in cases.notes} == {"dup", "leak"}, "c3, the first that was in scope"
        await bench.pilot.press("end")
        await bench.settle()
        assert {name for name, _ in cases.notes} == {"unknown-label", "missing-var", "empty"}
        assert "⚑ unknown-label" in bench.text()
        bench.screen.cases.focus_filter()
        await bench.pilot.press("end")
        await bench.type(" flag:leak")
        await bench.settle()
        assert [case.split for case in cases.rows] == ["dev", "holdout"]
