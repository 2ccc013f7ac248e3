from __future__ import annotations

from pathlib import Path

import pytest

from synterm.storage.project import Project
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.history import HistoryScreen
from synterm.tui.screens.run import RunScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.support.recording import record_run
from tests.tui.conftest import Bench, MakeProject, OpenBench

V1, V2 = ("--prompt", "router@v1"), ("--prompt", "router@v2")


@pytest.fixture
def recorded(make_project: MakeProject) -> Path:
    """A project with three runs: version 1, version 2, and both."""
    path = make_project()
    record_run(path, *V1)
    record_run(path, *V2)
    record_run(path, *V1, *V2)
    return path


async def history(bench: Bench) -> HistoryScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("H")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, HistoryScreen)
    return screen


async def form(bench: Bench, *keys: str) -> None:
    """Press keys that open a form, after something was read."""
    await bench.pilot.press(*keys)
    await bench.until(lambda: isinstance(bench.app.screen, FormScreen))


async def test_it_shows_runs_newest_first_with_what_they_found(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        await history(bench)
        text = bench.text()
        assert "Runs  3" in text
        assert text.index("2 variants × 5 cases") < text.index("router@v2 · script × 5 cases")
        assert "✓ complete" in text
        # Version 1 always says clarify: 1 of 5. Version 2: 4 of 5.
        assert "20 % [4–62]" in text
        assert "80 % [38–96]" in text
        assert "Routing/Clear" in text
        assert "● v1 · script" in text
        assert "■ v2 · script" in text


async def test_without_runs_it_says_how_to_record_one(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await history(bench)
        assert "no runs yet: ctrl+r in the workbench records one" in bench.text()
        for key in ("enter", "c", "space", "delete", "C"):
            await bench.pilot.press(key)
        await bench.settle()
        assert isinstance(bench.app.screen, HistoryScreen)


async def test_two_marked_runs_are_compared_case_by_case(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded) as bench:
        await history(bench)
        await bench.pilot.press("down", "space", "down", "space", "c")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        text = bench.text()
        assert "router@v1 · script  →  router@v2 · script" in text
        assert "▲3 fixed" in text
        assert "▼0 broken" in text
        assert "not enough evidence" in text
        assert "20 % → 80 %" in text
        assert "send the notes" in text


async def test_one_marked_run_is_not_compared(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded) as bench:
        await history(bench)
        await bench.pilot.press("space", "c")
        await bench.settle()
        assert "mark two to compare" in bench.text()


async def test_a_run_opens_with_its_failures_first(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(150, 40)) as bench:
        await history(bench)
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, RunScreen)
        first = bench.text().splitlines()[3]
        assert "what did they say" in first
        assert "✗ clarify" in first
        await bench.pilot.press("n")
        assert bench.app.screen.table.cursor == 1
        await bench.pilot.press("home", "enter")
        await bench.settle()
        text = bench.text()
        assert "Routing/Unclear/cryptic" in text
        assert "expected  summarize" in text
        await bench.pilot.press("escape", "escape", "escape")
        await bench.settle()
        assert isinstance(bench.app.screen, WorkbenchScreen)


async def test_removing_a_run_asks_once_and_says_what_goes(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded) as bench:
        screen = await history(bench)
        await bench.pilot.press("delete")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "Its 10 verdicts will be gone" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert screen.table.row_count == 3
        await bench.pilot.press("delete", "y")
        await bench.settle()
        assert screen.table.row_count == 2
        assert len(bench.project.runs.all()) == 2
        assert bench.responses() > 0


async def test_the_filter_finds_runs_by_their_words(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded) as bench:
        screen = await history(bench)
        await bench.pilot.press("slash")
        await bench.type("router@v1")
        await bench.settle()
        assert screen.table.row_count == 2
        await bench.pilot.press("enter")
        assert screen.table.has_focus
        await bench.pilot.press("escape")
        await bench.settle()
        assert screen.table.row_count == 3


@pytest.fixture
def oddly_named(make_project: MakeProject) -> Path:
    """A project with names that look like markup, and a run."""
    return record_run(make_project(feature="[/red][b]x"))


async def test_markup_in_names_and_a_small_screen_do_no_harm(oddly_named: Path, open_bench: OpenBench) -> None:
    async with open_bench(oddly_named, size=(80, 24)) as bench:
        await history(bench)
        assert "[/red]" in bench.text()
        await bench.pilot.press("p")
        await bench.settle()
        assert "Pass rate" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, RunScreen)


async def test_a_run_of_an_unknown_shape_is_shown_too(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        run_id = project.runs.start({"variants": "none", "cases": "x"}, who="\x1b[31m", git_commit=None).result()
        project.runs.finish(run_id, "interrupted", {"variants": [{"interval": [1]}], "cost_usd": None}).result()
    async with open_bench(path) as bench:
        await history(bench)
        assert "no evaluation was recorded" in bench.text()
        assert "interrupted" in bench.text()


async def test_a_run_is_pinned_shown_as_such_and_not_removed(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        screen = await history(bench)
        await form(bench, "down", "down", "b")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "= main · router@v1" in bench.text()
        assert "= main: pinned as a baseline" in bench.text()
        [pin] = bench.project.baselines.all()
        assert pin.run_id == bench.project.runs.all()[0].id
        await bench.pilot.press("delete")
        await bench.settle()
        assert "pinned as the baseline main: B unpins it" in bench.text()
        assert screen.table.row_count == 3
        await bench.pilot.press("escape")
        await bench.settle()
        reference = bench.screen.session.board.reference
        assert reference is not None
        assert reference.title == "baseline main"
        assert bench.screen.session.board.flips() == (3, 0, 5)
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.baselines.all() == []
        assert bench.screen.session.board.reference is not reference
        await bench.pilot.press("U")
        await bench.settle()
        assert bench.screen.session.board.flips() == (3, 0, 5)


async def test_a_pinned_run_is_unpinned(recorded: Path, open_bench: OpenBench) -> None:
    with Project.open(recorded) as project:
        for name in ("main", "old"):
            project.baselines.set(name, project.runs.all()[-1].id, who="ann").result()
    async with open_bench(recorded, size=(160, 45)) as bench:
        await history(bench)
        assert "= main, old · 2 variants" in bench.text()
        await bench.pilot.press("B")
        await bench.pilot.pause()
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert bench.project.baselines.names() == ["main"]
        await bench.pilot.press("down", "B")
        await bench.settle()
        assert "this run is not pinned; b pins it" in bench.text()


async def test_a_run_that_was_cut_short_is_not_pinned(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        run_id = project.runs.start({}, who="ann", git_commit=None).result()
        project.runs.finish(run_id, "incomplete", {"not_made": 3}).result()
    async with open_bench(path) as bench:
        await history(bench)
        await bench.pilot.press("b")
        await bench.settle()
        assert "is incomplete: 3 evaluations were not made" in " ".join(bench.text().split())
        assert bench.project.baselines.all() == []


async def test_a_name_that_cannot_be_one_is_refused_in_the_form(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded) as bench:
        await history(bench)
        await form(bench, "b")
        await bench.type("@")
        await bench.pilot.press("ctrl+s")
        await bench.pilot.pause(0.1)
        assert "it looks like a prompt's version" in " ".join(bench.text().split())
        await bench.pilot.press("escape", "y")
        await bench.settle()
        assert bench.project.baselines.all() == []
