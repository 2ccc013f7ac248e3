from __future__ import annotations

from pathlib import Path

import pytest

from synterm.tui.screens.compare import CompareScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.plot.heat import HeatMap
from synterm.tui.widgets.plot.plots import Plot
from tests.support.recording import record_run
from tests.tui.conftest import RULES, Bench, MakeProject, OpenBench, scripted

BOTH = ("--prompt", "router@v1", "--prompt", "router@v2")


@pytest.fixture
def recorded(make_project: MakeProject) -> Path:
    """A project with one run of both versions, twice each case."""
    path = make_project()
    record_run(path, *BOTH, "--repeat", "2")
    return path


async def compare(bench: Bench) -> CompareScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("C")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def test_the_leaderboard_ranks_variants_and_says_what_the_difference_is(
    recorded: Path, open_bench: OpenBench
) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        await compare(bench)
        lines = bench.text().splitlines()
        rows = [line for line in lines if "router@v" in line][:2]
        assert "router@v2 · script" in rows[0]
        assert "80 % [38–96]" in rows[0]
        assert "not enough evidence ▲3 ▼0" in rows[0]
        assert "100 %" in rows[0]
        assert "reference" in rows[1]
        assert "★" in rows[0]
        assert any("few verdicts" in line for line in lines)


async def test_another_reference_and_another_order_can_be_chosen(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("e")
        await bench.settle()
        assert "not enough evidence ▲0 ▼3" in bench.text()
        assert "quality↓" in bench.text()
        await bench.pilot.press("s")
        await bench.pilot.pause()
        assert "quality↓" not in bench.text()
        header = next(index for index, line in enumerate(bench.text().splitlines()) if "$/1000" in line)
        place = bench.text().splitlines()[header].index("quality")
        await bench.pilot.click(offset=(place, header))
        await bench.settle()
        assert "quality↓" in bench.text()
        assert screen.table.row_count == 2


async def test_labels_have_their_figures_and_a_cell_lists_its_cases(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(120, 40)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("v", "t")
        await bench.settle()
        assert isinstance(bench.app.focused, HeatMap)
        text = bench.text()
        assert "router@v1 · script" in text
        assert "precision" in text
        assert "accuracy 0.20" in text
        # Version 1 takes both invitations, asked twice, for something to clarify.
        assert ["schedule", "·", "·", "4"] in [line.split() for line in text.splitlines()]
        await bench.pilot.press("right", "right", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "schedule taken for clarify · 4 under router@v1" in bench.text()
        assert bench.text().count("can we meet tmrw") == 2
        await bench.pilot.press("escape")
        assert bench.app.screen is screen


async def test_what_is_not_known_is_said(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(120, 40)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("t", "t", "t")
        await bench.settle()
        assert "Scores" in bench.text()
        assert "mean 0.80 of 10" in bench.text()
        # The board of the workbench has no times.
        await bench.pilot.press("right_square_bracket")
        await bench.settle()
        assert screen.query_one("#latency", Plot).figure is None
        assert "not known of the workbench's columns" in bench.text()
        await bench.pilot.press("t")
        await bench.settle()
        assert "the workbench as it is now" in bench.text()
        assert "router@draft · script" in bench.text()
        await bench.pilot.press("left_square_bracket")
        await bench.settle()
        assert "run of " in bench.text()


async def test_without_runs_it_shows_the_workbench(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        await compare(bench)
        assert "the workbench as it is now" in bench.text()
        assert "router@v1 · script" in bench.text()
        for key in ("e", "s", "v", "t", "t", "t", "t", "enter"):
            await bench.pilot.press(key)
            await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "1 of 5 passed" in bench.text() or "4 of 5 passed" in bench.text()


@pytest.fixture
def with_errors(make_project: MakeProject) -> Path:
    """A project with a run in which one of five cases has no verdict."""
    rules = [{"match": "asdf", "in": "user", "outcome": "rate limited"}, *RULES]
    return record_run(make_project(scripted(rules=rules)), "--prompt", "router@v2")


async def test_errors_are_not_failures(with_errors: Path, open_bench: OpenBench) -> None:
    async with open_bench(with_errors, size=(160, 45)) as bench:
        await compare(bench)
        # Of the four cases with a verdict three pass.
        assert "75 % [" in bench.text()
        assert "! 1 evaluation without verdict: errors, not failures" in bench.text()
