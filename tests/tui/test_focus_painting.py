"""A step of the focus paints what it changes, in the colours of the screen drawn anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen

from synterm.tui.app import WorkbenchApp
from synterm.tui.screens.case_form import CaseForm
from tests.tui.conftest import Bench, MakeProject, OpenBench

_PIECES = re.compile(r"\x1b\[(?:(\d+);(\d+)H|([\d;]*)m|[?\d;]*[a-zA-Z])|([^\x1b])", re.S)
Cell = tuple[str, str]
"""A letter, and the codes of its colours."""


class Glass:
    """A terminal as far as these tests need one: letters and their colours, by place."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self.cells: dict[tuple[int, int], Cell] = {}
        self.drawn = 0
        """How often a letter was drawn."""
        app._display = self.take

    def take(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """What the app would write into its terminal."""
        x = y = 0
        style = ""
        written = renderable.render_segments(self._app.console) if isinstance(renderable, CompositorUpdate) else ""
        for row, column, codes, letter in _PIECES.findall(written):
            if row:
                y, x = int(row) - 1, int(column) - 1
            elif letter == "\n":
                y, x = y + 1, 0
            elif letter:
                self.cells[x, y] = letter, style
                x, self.drawn = x + 1, self.drawn + 1
            else:
                style = codes


async def _whole(bench: Bench) -> Glass:
    glass = Glass(bench.app)
    bench.app.screen.refresh()
    await _until(bench, lambda: len(glass.cells) == bench.app.size.area)
    return glass


async def _until(bench: Bench, holds: Callable[[], object]) -> None:
    for _ in range(3000):
        await bench.pilot.pause(0.02)
        if holds():
            return
    raise AssertionError("it was never painted")


_BACK = {"tab": "shift+tab", "shift+tab": "tab"}


async def _steps(bench: Bench, *keys: str) -> None:
    """Each key paints what the screen drawn anew has, and less than all of it.

    What else may be painted at that moment, on a machine that is busy, is not the step's: it is made again then.
    """
    for key in keys:
        for _ in range(4):
            if not (wrong := await _step(bench, key)):
                break
            await bench.pilot.press(_BACK[key])
            await bench.settle()
        else:
            wrong = await _step(bench, key)
        assert not wrong, f"after {key}: {wrong}"


async def _step(bench: Bench, key: str) -> str:
    """What is wrong with what a key paints; nothing if it is well."""
    glass = await _whole(bench)
    before, focused = dict(glass.cells), bench.app.focused
    await bench.pilot.press(key)
    await _until(bench, lambda: glass.cells != before)
    assert bench.app.focused is not focused, key
    assert any(style for _, style in glass.cells.values()), "no colours are seen"
    anew = await _whole(bench)
    wrong = {place: (glass.cells[place], cell) for place, cell in anew.cells.items() if glass.cells[place] != cell}
    if wrong:
        return f"other than drawn anew: {wrong}"
    return "everything was painted" if glass.drawn >= 2 * bench.app.size.area else ""


async def test_a_step_of_the_focus_paints_what_it_changes(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await _steps(bench, "tab", "tab", "shift+tab", "tab", "tab", "tab")


async def test_so_it_is_in_a_window_over_the_workbench(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.list.focus()
        await bench.pilot.press("e")
        await _until(bench, lambda: isinstance(bench.app.screen, CaseForm))
        await _steps(bench, "tab", "shift+tab")
