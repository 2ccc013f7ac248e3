"""The map of cases is pure where it can be: what stands where, and which case is next, for any points and any size."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from synterm.core.coverage import MapPoint
from synterm.tui.coverage.view import MOST_ZOOM, Cells, View
from synterm.tui.look.themes import load_themes
from synterm.tui.widgets.coverage.map import CaseMap

SHARES = st.floats(0, 1, allow_nan=False)
SIZES = st.tuples(st.integers(1, 120), st.integers(1, 50))
PLACES = st.lists(st.tuples(SHARES, SHARES), min_size=1, max_size=40)


def points_of(places: Sequence[tuple[float, float]], behaviors: Sequence[str] = ("b",)) -> list[MapPoint]:
    return [
        MapPoint(case_id=f"case{number}", behavior_id=behaviors[number % len(behaviors)], x=x, y=y)
        for number, (x, y) in enumerate(places)
    ]


def cells_of(places: Sequence[tuple[float, float]], size: tuple[int, int], view: View | None = None) -> Cells:
    return Cells(points_of(places), view or View(), size, range(len(places)))


@given(PLACES, SIZES)
def test_the_whole_map_shows_every_case(places: list[tuple[float, float]], size: tuple[int, int]) -> None:
    cells = cells_of(places, size)
    assert sorted(number for _, numbers in cells.visible() for number in numbers) == list(range(len(places)))


@given(PLACES, SIZES, st.integers(0, 39), st.integers(1, MOST_ZOOM * 2))
def test_a_view_around_a_case_shows_it_however_close(
    places: list[tuple[float, float]], size: tuple[int, int], number: int, zoom: int
) -> None:
    number %= len(places)
    view = View().around(points_of(places)[number], zoom)
    cells = cells_of(places, size, view)
    assert cells.holds(cells.of(number))
    assert 1 <= view.zoom <= MOST_ZOOM


@given(PLACES, SIZES, st.integers(0, 39), st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1)]))
def test_a_step_goes_in_its_direction_and_ends_at_the_edge(
    places: list[tuple[float, float]], size: tuple[int, int], number: int, step: tuple[int, int]
) -> None:
    cells, at = cells_of(places, size), number % len(places)
    for _ in range(len(places) + 1):
        found = cells.next(cells.of(at), *step)
        if found is None:
            break
        before, after = cells.of(at), cells.of(found)
        assert (after[0] - before[0]) * step[0] + (after[1] - before[1]) * step[1] > 0
        at = found
    else:
        raise AssertionError("walking one way never ends")
    outermost = max((cells.of(n)[0] * step[0] + cells.of(n)[1] * step[1]) for n in range(len(places)))
    assert cells.of(at)[0] * step[0] + cells.of(at)[1] * step[1] == outermost


def test_what_lies_straight_ahead_goes_before_what_is_nearer_but_aside() -> None:
    # A row of three, and one case just right of the first but far above it.
    cells = cells_of([(0.0, 0.5), (0.5, 0.5), (1.0, 0.5), (0.1, 1.0)], (41, 21))
    assert cells.next(cells.of(0), 1, 0) == 1
    assert cells.next(cells.of(0), 0, -1) == 3
    assert cells.nearest((40, 12)) == 2


class One(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.walked: list[str] = []
        self.opened: list[str] = []

    def compose(self) -> ComposeResult:
        yield CaseMap()

    def on_mount(self) -> None:
        for found in load_themes()[0]:
            self.register_theme(found)
        self.theme = "synterm-dark"

    def on_case_map_walked(self, event: CaseMap.Walked) -> None:
        if event.map.point:
            self.walked.append(event.map.point.case_id)

    def on_case_map_opened(self, event: CaseMap.Opened) -> None:
        self.opened.append(event.case_id)


def drawn(app: One) -> str:
    shown = app.query_one(CaseMap)
    return "\n".join(shown.render_line(y).text for y in range(shown.content_size.height))


async def shown_map(app: One, pilot: Pilot[None]) -> CaseMap:
    """Two cases of each of two behaviors in the corners, and a third of the first right on its first."""
    found = app.query_one(CaseMap)
    places = [(0.0, 1.0), (1.0, 1.0), (0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]
    found.show(points_of(places, ("one", "two")), {"one": 0, "two": 1}, ["One", "Two"])
    found.focus()
    await pilot.pause()
    return found


async def test_the_cursor_walks_and_turns_and_opens() -> None:
    app = One()
    async with app.run_test(size=(50, 16)) as pilot:
        found = await shown_map(app, pilot)
        assert drawn(app).count("●") == 2
        assert drawn(app).count("■") == 2
        await pilot.press("n")
        await pilot.pause()
        assert app.walked[-1] == "case4"
        assert len(found.here) == 2
        await pilot.press("right", "down", "left")
        await pilot.pause()
        assert app.walked[-1] == "case2"
        await pilot.press("enter")
        await pilot.pause()
        assert app.opened == ["case2"]
        await pilot.click(CaseMap, offset=(46, 1))
        await pilot.pause()
        assert app.walked[-1] == "case1"


async def test_the_chosen_behavior_has_the_cursor_and_can_be_shown_alone() -> None:
    app = One()
    async with app.run_test(size=(50, 16)) as pilot:
        found = await shown_map(app, pilot)
        found.choose("two")
        await pilot.pause()
        point = found.point
        assert point is not None
        assert point.behavior_id == "two"
        await pilot.press("o")
        await pilot.pause()
        assert drawn(app).count("●") == 0
        # Of a behavior without cases there is nothing to show alone.
        found.choose("three")
        await pilot.pause()
        assert drawn(app).count("●") == 2
        assert found.here


async def test_it_looks_closer_and_follows_the_cursor_out_of_sight() -> None:
    app = One()
    async with app.run_test(size=(50, 16)) as pilot:
        found = await shown_map(app, pilot)
        for _ in range(9):
            await pilot.press("plus")
        await pilot.pause()
        assert found.view.zoom == MOST_ZOOM
        assert drawn(app).count("●") == 1
        await pilot.press("right")
        await pilot.pause()
        assert app.walked[-1] == "case1"
        assert drawn(app).count("■") == 1
        await pilot.press("0")
        await pilot.pause()
        assert found.view == View()


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (24, 5), (200, 60)])
async def test_it_can_have_any_size_and_says_whose_glyphs_those_are(size: tuple[int, int]) -> None:
    app = One()
    async with app.run_test(size=(80, 24)) as pilot:
        found = await shown_map(app, pilot)
        found.name_behaviors(True)
        await pilot.pause()
        assert "● One" in drawn(app).splitlines()[0]
        await pilot.resize_terminal(*size)
        await pilot.press("right", "down", "plus", "left", "up", "n", "0")
        await pilot.pause()
        assert {found.render_line(y).cell_length for y in range(size[1])} == {found.content_size.width}
        found.show([], {}, [], "nothing yet")
        await pilot.press("right", "plus", "n", "enter", "o")
        assert app.opened == []
