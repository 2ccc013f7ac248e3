"""Words on a frame, without drawing what it is around."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from synterm.tui.widgets.frame import retitle


class Counting(Static):
    drawn = 0

    def render(self) -> str:
        self.drawn += 1
        return "inside"


class Framed(App[None]):
    CSS = "Counting { border: round; width: 40; height: 5; }"

    def compose(self) -> ComposeResult:
        yield Counting(id="pane")


def line(app: App[None], y: int) -> str:
    return "".join(segment.text for segment in app.screen._compositor.render_strips()[y])


async def test_the_frame_says_it_and_the_pane_is_not_drawn_again() -> None:
    app = Framed()
    async with app.run_test(size=(60, 10)) as pilot:
        pane = app.query_one(Counting)
        retitle(pane, Content("first [/b]"), Content("below"))
        await pilot.pause()
        before = pane.drawn
        retitle(pane, Content("second"))
        await pilot.pause()
        assert " second " in line(app, 0)
        assert " below " in line(app, 4)
        assert "inside" in line(app, 1)
        assert pane.drawn == before


async def test_the_same_words_draw_nothing() -> None:
    app = Framed()
    async with app.run_test(size=(60, 10)) as pilot:
        pane: Widget = app.query_one(Counting)
        retitle(pane, Content("one"), Content("two"))
        await pilot.pause()
        retitle(pane, Content("one"), Content("two"))
        assert not pane._repaint_required
