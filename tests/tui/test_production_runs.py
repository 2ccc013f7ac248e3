"""Runs over production's traffic in the workbench: the history lists, opens and compares them like any other."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.tui.screens.compare import CompareScreen
from synterm.tui.screens.history import HistoryScreen
from synterm.tui.screens.run import RunScreen
from synterm.tui.screens.text import TextScreen
from tests.support.logged import call, log
from tests.support.recording import record_run
from tests.tui.conftest import MakeProject, OpenBench


@pytest.fixture
def judged(make_project: MakeProject) -> Path:
    """A project with a run over its cases, and a newer one over thirty calls, of which five fail."""
    path = make_project()
    record_run(path, "--prompt", "router@v2")
    log(path, "cryptic", [call(number, f"ask {number}", "clarify" if number % 6 else "hm") for number in range(30)])
    log(path, "cryptic", [call(100, "no answer", "", error="no answer within 30 s", model="other")])
    record_run(path, "--source", "production")
    return path


async def test_the_history_lists_and_opens_them(judged: Path, open_bench: OpenBench) -> None:
    async with open_bench(judged, size=(160, 45)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("H")
        await bench.settle()
        assert isinstance(bench.app.screen, HistoryScreen)
        assert "2 variants × 31 logged calls" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, RunScreen)
        assert "ask 0" in bench.text().splitlines()[3]
        await bench.pilot.press("home", "enter")
        await bench.settle()
        assert "Routing/Unclear/cryptic" in bench.text()
        assert "no label" in bench.text()


async def test_one_is_compared_with_a_run_over_cases(judged: Path, open_bench: OpenBench) -> None:
    async with open_bench(judged, size=(140, 45)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("H")
        await bench.settle()
        await bench.pilot.press("space", "down", "space", "c")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        text = bench.text()
        assert "router@v2 · script  →  production@logged · gpt" in text
        assert "Fisher's exact test" in text
        assert "fixed" not in text


async def test_the_leaderboard_ranks_its_models(judged: Path, open_bench: OpenBench) -> None:
    async with open_bench(judged, size=(160, 45)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("C")
        await bench.settle()
        assert isinstance(bench.app.screen, CompareScreen)
        assert "production@logged · gpt" in bench.text()
        assert "83 %" in bench.text()
