"""The Generate screen on the real app: the form, its preview, a generation, thresholds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from textual.widgets import Input, TextArea

from synterm.core.case import Case
from synterm.tui.screens.generate import GenerateScreen
from tests.tui.conftest import Bench, MakeProject, OpenBench


async def generate(bench: Bench) -> GenerateScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("g")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, GenerateScreen)
    return screen


async def until(bench: Bench, true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await bench.pilot.pause(0.02)


def made(bench: Bench, status: str | None = None) -> list[Case]:
    project = bench.project
    cases = [case for one in project.generations.all() for case in project.generations.cases(one.id)]
    return [case for case in cases if status in (None, case.status)]


def write(screen: GenerateScreen, **values: str) -> None:
    """Fill in the form."""
    for name, value in values.items():
        if name == "chains":
            screen.query_one("#chains", TextArea).text = value
        elif name in ("count", "cap", "filters"):
            screen.query_one(f"#{name}", Input).value = value
        else:
            screen.form.pick(name).value = value


async def test_it_shows_what_would_be_made_before_anything_is(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(150, 40)) as bench:
        screen = await generate(bench)
        text = bench.text()
        assert "misspells words as hands" in text
        assert "expected: the same" in text
        assert "5 seeds" in text
        assert "asks no model: free" in text
        assert screen.preview.row_count
        assert made(bench) == []
