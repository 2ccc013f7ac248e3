from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.tree import Node
from synterm.describe.coverage import report as engine
from synterm.errors import ModelError
from synterm.storage.project import Project
from synterm.tui.actions import actions
from synterm.tui.screens.coverage import CoverageScreen
from synterm.tui.screens.generate import GenerateScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.tui.conftest import Bench, MakeProject, OpenBench


async def coverage(bench: Bench) -> CoverageScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("O")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, CoverageScreen)
    return screen


async def test_it_says_what_cases_cover_behavior_by_behavior(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert screen.report is not None
        text = bench.text()
        assert "6 cases of 2 behaviors" in text
        rows = [line for line in text.splitlines() if "%" in line]
        assert any("● Clear" in " ".join(line.split()) for line in rows)
        assert any("■ Unclear" in " ".join(line.split()) for line in rows)
        assert "Holes" in text
        await bench.pilot.press("down")
        await bench.settle()
        clear = screen.report.behaviors[0]
        assert f"Holes  {len(clear.holes)}, the worst of {len(clear.holes) + clear.more_holes}  ● Clear" in bench.text()
        schedule = next(line for line in bench.text().splitlines() if "schedule" in line and "━" in line)
        assert "3  ✓" in schedule
        assert "✗ 0 of 3" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "say something of their own" in bench.text()


async def test_the_map_has_every_case_and_its_text_below(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert {point.case_id for point in screen.map.points} == {case.id for case in bench.project.cases.select()}
        seen: set[str] = set()
        await bench.pilot.press("3")
        for key in ("left", "left", "left", "up", "up", "up", "right", "down", "right", "down", "n"):
            await bench.pilot.press(key)
            await bench.settle()
            point = screen.map.point
            assert point is not None
            case = bench.project.cases.get(point.case_id)
            assert case.title in bench.text()
            assert f"expects {case.expected}" in bench.text()
            seen.add(case.id)
        assert len(seen) > 2
        await bench.pilot.press("plus")
        await bench.settle()
        assert "Map  ×2" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)


async def test_a_key_generates_into_the_hole_under_the_cursor(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert screen.report is not None
        await bench.pilot.press("right_square_bracket", "right_square_bracket", "4", "down", "g")
        await bench.settle()
        hole = screen.report.behaviors[1].holes[1]
        assert hole.have < hole.want
        generate = bench.app.screen
        assert isinstance(generate, GenerateScreen)
        form = generate.form.form
        assert (form.chains.splitlines(), form.into) == ([*hole.generators], hole.into)
        assert (form.count, form.filters) == (str(hole.want - hole.have), " ".join(hole.filters))
        assert hole.words in bench.text()
        # Cases may have been made there: they are looked at anew.
        before = screen.report
        bench.project.cases.put([Case(scenario_id=hole.into, input={"message": "why?"}, expected="clarify")]).result()
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is screen
        assert screen.report is not before
        assert screen.report.behaviors[1].cases == before.behaviors[1].cases + 1
        assert screen.behaviors.cursor == 2
        await bench.pilot.press("4", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, GenerateScreen)


async def test_drafts_are_reviewed_from_there_and_then_they_count(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        scenario = next(iter(project.cases.select())).scenario_id
        draft = Case(scenario_id=scenario, input={"message": "why so late?"}, expected="clarify", status="draft")
        project.cases.put([draft]).result()
    async with open_bench(path, size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert "1 draft to review" in bench.text()
        await bench.pilot.press("Q")
        await bench.settle()
        await bench.pilot.press("a", "escape")
        await bench.settle()
        assert bench.app.screen is screen
        assert "7 cases of 2 behaviors" in bench.text()
        assert "draft to review" not in bench.text()


async def test_the_list_of_keys_has_those_of_the_pane_with_the_focus(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert {"table.open", "coverage.review", "coverage.generate"} <= {each.id for each in actions(screen)}
        await bench.pilot.press("3")
        assert {"map.closer", "map.next", "coverage.generate"} <= {each.id for each in actions(screen)}


async def test_on_a_small_screen_panes_are_tabs(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        await coverage(bench)
        assert "1 Behaviors   2 Counts   3 Map   4 Holes" in bench.text()
        assert "all behaviors" in bench.text()
        await bench.pilot.press("right_square_bracket", "2")
        await bench.settle()
        assert "Counts  ● Clear" in bench.text()
        assert "all behaviors" not in bench.text()
        await bench.pilot.press("3")
        await bench.settle()
        assert "● Clear   ■ Unclear" in bench.text()
        await bench.pilot.press("4")
        await bench.settle()
        assert "what is missing" in bench.text()
        await bench.pilot.resize_terminal(200, 60)
        await bench.settle()
        assert "all behaviors" in bench.text()
        assert "● Clear   ■ Unclear" not in bench.text()


async def test_a_pane_can_have_the_whole_screen(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        await bench.pilot.press("3", "z")
        await bench.settle()
        assert screen.map.size.width > 120
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is screen
        assert screen.map.size.width < 100
        await bench.pilot.press("escape")
        await bench.settle()
        assert isinstance(bench.app.screen, WorkbenchScreen)


async def test_without_behaviors_or_cases_it_says_what_to_do(tmp_path: Path, open_bench: OpenBench) -> None:
    Project.create(tmp_path / "empty.db", "empty").close()
    async with open_bench(tmp_path / "empty.db", size=(100, 30)) as bench:
        await coverage(bench)
        assert "no behaviors yet" in bench.text()
        assert "The map begins with the first accepted cases." in bench.text()
        for key in ("g", "m", "3", "right", "plus", "n", "o", "enter", "4", "enter", "2", "down", "1", "enter"):
            await bench.pilot.press(key)
            await bench.settle()
    with Project.create(tmp_path / "bare.db", "bare") as project:
        feature = Node(level="feature", name="F")
        behavior = Node(level="behavior", name="Alone", parent_id=feature.id)
        project.nodes.put(feature, behavior).result()
    async with open_bench(tmp_path / "bare.db", size=(130, 40)) as bench:
        await coverage(bench)
        assert "Alone" in bench.text()
        assert "✗ 0 of 3" in bench.text()
        assert "no generator makes these" in bench.text()
        await bench.pilot.press("g")
        await bench.settle()
        assert "there is no scenario to put them in" in bench.text()


async def test_without_embeddings_there_is_no_map_and_it_says_how_to_get_one(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "can_embed", lambda: False)
    async with open_bench(make_project(), size=(130, 40)) as bench:
        await coverage(bench)
        assert "pip install 'synterm[analysis]'" in bench.text()
        assert "● Clear" in " ".join(bench.text().split())
        await bench.pilot.press("m")
        await bench.settle()
        assert "where their words are" in " ".join(bench.text().split())


async def test_text_of_cases_is_shown_as_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    hostile = "[bold red]pay[/] \x1b[31mred\x1b[0m [@click=app.quit]x[/]"
    path = make_project(inputs=[(hostile, "[b]schedule[/b]", "[i]"), ("meet", "schedule", "a")])
    async with open_bench(path, size=(130, 40)) as bench:
        screen = await coverage(bench)
        await bench.pilot.press("3")
        screen.map._go(
            next(
                number
                for number, point in enumerate(screen.map.points)
                if bench.project.cases.get(point.case_id).title == hostile
            )
        )
        await bench.settle()
        assert "[bold red]pay[/] ␛[31mred" in bench.text()
        assert "expects [b]schedule[/b]" in bench.text()
        assert "\x1b" not in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert "[@click=app.quit]x[/]" in bench.text()


async def test_leaving_does_not_wait_and_what_comes_then_is_dropped(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, count = threading.Event(), engine.coverage_report

    def slowly(*asked: Any, **options: Any) -> Any:
        assert gate.wait(120)
        return count(*asked, **options)

    monkeypatch.setattr(engine, "coverage_report", slowly)
    async with open_bench(make_project(), size=(130, 40)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("O")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, CoverageScreen)
        assert "looking at the cases …" in bench.text()
        await bench.pilot.press("g", "3", "right", "escape")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, WorkbenchScreen)
        gate.set()
        await bench.settle()
        assert isinstance(bench.app.screen, WorkbenchScreen)


async def test_what_goes_wrong_is_told_and_can_be_tried_again(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    count, broken = engine.coverage_report, True

    def breaks(*asked: Any, **options: Any) -> Any:
        if broken:
            raise ModelError("embeddings can't be made", hint="install them anew")
        return count(*asked, **options)

    monkeypatch.setattr(engine, "coverage_report", breaks)
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await coverage(bench)
        assert "embeddings can't be made" in bench.text()
        assert "install them anew" in bench.text()
        assert "ctrl+r tries again" in bench.text()
        broken = False
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        assert screen.report is not None
