"""Whatever texts a project has: every pane and screen shows them as text, and nothing of them acts on the terminal."""

from __future__ import annotations

import asyncio
import re
from itertools import chain
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Input

from synterm.core.case import Case
from synterm.storage.project import Project
from synterm.tui.guard import guard_terminal
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from tests.conftest import MakeProject
from tests.security.payloads import (
    CONTROLS,
    ESCAPES,
    MARKUP,
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
    "behaviors": "1 down down e escape",
    "cases": "2 down enter escape",
    "results": "4 down right enter n 6 escape c escape b escape",
    "prompt": "3 ctrl+o d escape ctrl+f escape",
    "forms": "4 E escape",
    "lists": "4 question_mark escape comma escape ctrl+p r escape",
    "judge": "V f t escape",
    "drafts": "Q x escape e escape R down escape",
    "history": "H space down space c escape enter escape delete escape",
    "compare": "C t t t",
    "coverage": "O down enter escape",
    "fine-tune": "F t t",
    "production": "P down enter down enter escape",
    "distill": "d down enter down enter escape a escape t t",
    "generate": "g t t f2 escape",
    "import": "I",
}
"""What is looked at, by keys from the grid of results."""

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


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


def raw(bench: Bench) -> list[str]:
    """What is drawn and would act on a terminal, had it no guard."""
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
    async with open_bench(path, size=(96, 30)) as bench:
        for name, keys in TOUR.items():
            await back(bench)
            bench.screen.grid.focus()
            for key in keys.split():
                await bench.pilot.press(key)
                await settled(bench)
                where = f"{name}, {key}: {type(bench.app.screen).__name__}"
                seen.add(type(bench.app.screen).__name__)
                assert not raw(bench), where
                assert bench.app.failure is None, where
            assert not bench.app.strays, (name, bench.app.strays)
    assert len(seen) >= 22, sorted(seen)


STYLES = (
    None,
    Style(),
    Style(bold=True),
    Style(link="http://linked.example/\x1b\\"),
    Style(color="red", bgcolor="blue"),
)


@pytest.mark.parametrize("style", STYLES, ids=str)
def test_the_guard_lets_nothing_through_and_moves_nothing(style: Style | None) -> None:
    guard_terminal()
    console = Console(force_terminal=True, color_system="truecolor")
    for text in (*CONTROLS, *chain(*ESCAPES.values()), *MARKUP, SHORT, "a\nb\tc", "日本\u200b語🙂\x9b", "plain"):
        drawn = Strip([Segment(text, style), Segment("|")]).render(console)
        assert not acting(drawn), repr(text)
        assert "\n" not in drawn and "linked.example" not in drawn
        shown = _COLOURS.sub("", drawn)
        assert cell_len(shown) == cell_len(text) + 1, "what stands beside it stays where it is"


async def test_fields_show_one_character_for_each(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(hostile_project(), "f.db"), size=(110, 40)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("E")
        await settled(bench)
        field = bench.app.screen.query_one(Input)
        assert field.value == MODEL, "what is edited is as it was"
        assert "m ␛]52;c;eA==␇�7m�[0][x]" in bench.text()
        field.cursor_position = len("m \x1b]52;c;eA==\x07\x9b")
        assert field._cursor_offset == len("m ␛]52;c;eA==␇�")
        assert field._cell_offset_to_index(3) == 3
        field.insert_text_at_cursor("!")
        assert field.value == "m \x1b]52;c;eA==\x07\x9b!7m\u202e[0][x]"
        await bench.pilot.pause()
        lines = [line for line in bench.text().splitlines() if "␛]52" in line]
        assert all(len(line) == 110 for line in lines), "the frame stays where it is"
