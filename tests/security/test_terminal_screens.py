"""Whatever texts a project has: every pane and screen shows them as text, and nothing of them acts on the terminal."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rich.console import Console
from textual.screen import ModalScreen

from synterm.core.case import Case
from synterm.storage.project import Project
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.conftest import MakeProject
from tests.security.payloads import (
    MODEL,
    NAME,
    PROMPT,
    SCENARIO,
    SHORT,
    acting,
    hostile_project,
)
from tests.support.drafts import draft, dropped, put
from tests.support.recording import record_run
from tests.support.traffic import UNCOVERED, logged, placed, with_traffic
from tests.tui.conftest import Bench, OpenBench

TOUR = {
    "behaviors": "1 down down down e escape",
    "cases": "2 down enter escape slash escape",
    "results": "4 down right enter right n 5 6 7 8 escape c escape b escape",
    "prompt": "3 ctrl+o d escape ctrl+f escape",
    "forms": "4 E escape A escape",
    "lists": "4 question_mark escape comma escape ctrl+p r escape",
    "judge": "V f t b escape",
    "drafts": "Q right x escape e escape R down escape",
    "history": "H down space down space c escape enter escape delete escape",
    "compare": "C t t t t v",
    "coverage": "O down enter escape 4 down",
    "fine-tune": "F t t t 3 down enter",
    "production": "P down enter down enter escape",
    "distill": "d down enter down enter escape a escape t t",
    "generate": "g t t t f2 escape",
    "import": "I",
}
"""What is looked at, by keys from the grid of results."""


@pytest.fixture
def path(make_project: MakeProject) -> Path:
    """A project with hostile texts everywhere, with runs, drafts and traffic."""
    path = make_project(hostile_project(), f"h {NAME}.db")
    for _ in range(2):
        record_run(path, "--model", MODEL, "--prompt", f"{PROMPT}@all")
    with Project.open(path) as project:
        at = placed(project, SCENARIO)
        seeds = list(project.cases.select())
        unsure = [{"filter": SHORT, "score": None, "reason": SHORT, "says": SHORT}]
        made: list[Case] = [draft(seeds[0], f"{SHORT} draft", note=SHORT, filters=unsure)]
        made += [draft(seeds[1], f"{SHORT} two"), draft(seeds[0], f"{SHORT} gone", dropped=dropped(SHORT))]
        put(project, *made)
    calls = [logged(f"{SHORT} {number}", SHORT, number, **(at if number else UNCOVERED)) for number in range(4)]
    with_traffic(path, *calls)
    return path


def written(bench: Bench) -> str:
    """What a terminal would get for the whole screen."""
    console = Console(force_terminal=True, color_system="truecolor")
    return "".join(strip.render(console) for strip in bench.app.screen._compositor.render_strips())


def raw(bench: Bench) -> list[str]:
    """Texts that came to the guard as they are; those in fields have to."""
    strips = bench.app.screen._compositor.render_strips()
    return [segment.text for strip in strips for segment in strip if acting(segment.text)]


async def settled(bench: Bench) -> None:
    """Wait until all is shown, or a window waits for an answer."""
    await bench.pilot.pause()
    for _ in range(100):
        if isinstance(bench.app.screen, ModalScreen) or not any(one.is_running for one in bench.app.workers):
            break
        await asyncio.sleep(0.01)
    await bench.pilot.pause()


async def back(bench: Bench) -> None:
    """Leave whatever stands over the workbench."""
    for _ in range(6):
        if isinstance(bench.app.screen, WorkbenchScreen):
            break
        await bench.pilot.press("escape")
        await settled(bench)
    assert isinstance(bench.app.screen, WorkbenchScreen)


async def test_every_screen_shows_hostile_texts_as_text(path: Path, open_bench: OpenBench) -> None:
    seen: set[str] = set()
    async with open_bench(path, size=(150, 44)) as bench:
        for name, keys in TOUR.items():
            await back(bench)
            bench.screen.grid.focus()
            for key in keys.split():
                await bench.pilot.press(key)
                await settled(bench)
                where = f"{name}, {key}: {type(bench.app.screen).__name__}"
                seen.add(type(bench.app.screen).__name__)
                assert not acting(written(bench)), where
                assert not raw(bench), where
                assert bench.app.failure is None, where
            assert not bench.app.strays, (name, bench.app.strays)
    assert len(seen) >= 25, sorted(seen)
