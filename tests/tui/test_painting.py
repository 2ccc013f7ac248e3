"""What reaches the terminal: as little as changed, and all of that."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from rich.console import RenderableType
from textual._compositor import CompositorUpdate
from textual.screen import Screen
from textual.widget import Widget

from synterm.describe.review.nearest import NearestCases
from synterm.tui.app import WorkbenchApp
from synterm.tui.screens.draft_review import DraftReviewScreen
from tests.tui.conftest import Bench, MakeProject, OpenBench
from tests.tui.test_draft_review import drafts, press, quiet, review

_PIECES = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[[?\d;]*[a-zA-Z]|([^\x1b])", re.S)
WORDS = "please move the meeting with Ines to Monday and tell everybody who was there why that is".split()


class Paper:
    """A terminal as far as these tests need one: letters at places."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._rows = [[" "] * app.size.width for _ in range(app.size.height)]
        self.drawn = 0
        """Letters that were drawn."""
        app._display = self.take

    def take(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """What the app would write into its terminal."""
        x = y = 0
        written = renderable.render_segments(self._app.console) if isinstance(renderable, CompositorUpdate) else ""
        for row, column, letter in _PIECES.findall(written):
            if row:
                y, x = int(row) - 1, int(column) - 1
            elif letter == "\n":
                y, x = y + 1, 0
            elif letter:
                self._rows[y][x] = letter
                x, self.drawn = x + 1, self.drawn + 1

    @property
    def text(self) -> str:
        return "\n".join("".join(row) for row in self._rows)


def fresh(bench: Bench) -> str:
    """The screen, with nothing taken from what was drawn before."""
    for widget in (bench.app.screen, *bench.app.screen.query(Widget)):
        widget._styles_cache.clear()
    return bench.text()


async def whole(bench: Bench) -> Paper:
    """A terminal that everything was just drawn in."""
    paper = Paper(bench.app)
    bench.app.screen.refresh()
    await quiet(bench)
    return paper


def _many(path: Path, count: int) -> None:
    drafts(path, *(" ".join(WORDS[: 3 + at % 14] * (1 + at % 5 * 4)) + f" {at}" for at in range(count)))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
async def test_after_each_key_the_terminal_shows_what_is_there(
    size: tuple[int, int], make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    _many(path, 60)
    async with open_bench(path, size=size) as bench:
        await review(bench)
        paper = await whole(bench)
        for at, key in enumerate("aaXaumaannsuuXaaaaaaaaaaaaaaaaaaaaaaaubbb*x"):
            await press(bench, {"s": "space", "*": "asterisk"}.get(key, key))
            assert paper.text == fresh(bench), f"after key {at}, {key}"


async def test_a_decision_draws_the_next_draft_and_not_the_screen(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    drafts(path, *(f"the draft with the number {at}" for at in range(20)))
    async with open_bench(path) as bench:
        await review(bench, "a", "a")
        paper = await whole(bench)
        width, height = bench.app.size
        assert paper.drawn >= width * height
        for key in ("a", "X", "space", "b", "u"):
            paper.drawn = 0
            await press(bench, key)
            assert 0 < paper.drawn < width * height / 4, key


async def test_what_a_screen_covers_does_not_have_it_drawn_anew(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    drafts(path)
    async with open_bench(path) as bench:
        await review(bench)
        paper = await whole(bench)
        paper.drawn = 0
        bench.screen.grid.refresh()
        bench.screen.refresh(layout=True)
        await quiet(bench)
        assert paper.drawn == 0
        await press(bench, "escape")
        await bench.settle()
        assert paper.text == fresh(bench), "who comes back is drawn whole"


async def test_who_decides_faster_than_threads_read_does_not_start_more_of_them(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_project()
    _many(path, 40)
    made: list[object] = []
    begin = NearestCases.__init__

    def counted(index: NearestCases, *arguments: Any) -> None:
        made.append(index)
        begin(index, *arguments)

    monkeypatch.setattr(NearestCases, "__init__", counted)
    async with open_bench(path) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("Q")
        screen = bench.app.screen
        assert isinstance(screen, DraftReviewScreen)
        await bench.pilot.press(*"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")
        await quiet(bench)
        assert len(made) == 1
        assert screen.queue.current is not None and screen.queue.current.key in screen.near
        assert "reading …" not in bench.text() and "looking …" not in bench.text()
