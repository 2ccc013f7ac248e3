"""Drawing is pure: whatever the data and the size, every cell stays inside of the frame."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult

from synterm.tui.look.themes import load_themes
from synterm.tui.widgets.plot.canvas import Canvas
from synterm.tui.widgets.plot.drawing import Axis
from synterm.tui.widgets.plot.figures import Bins, Distribution, Figure, Lines, Place, Point, Scatter, Series
from synterm.tui.widgets.plot.plots import Plot
from synterm.tui.widgets.plot.scale import Scale, around, ticks

NUMBERS = st.floats(-1e12, 1e12, allow_nan=False)
NAMES = st.text("aü漢 ·\t", max_size=30)
AXIS = Axis("value, in units", lambda value: f"{value:g}")


def series_of(name: str, values: Sequence[float]) -> Series:
    return Series(name, tuple(Point(x, y, y - 1, y + 1) for x, y in enumerate(values)))


LINES = st.lists(st.builds(series_of, NAMES, st.lists(NUMBERS, max_size=20)), max_size=12).map(
    lambda series: Lines("Rate", AXIS, AXIS, tuple(series), 3.0)
)
SCATTERS = st.lists(st.builds(Place, NAMES, NUMBERS, NUMBERS, st.booleans()), max_size=12).map(
    lambda places: Scatter("Cost", AXIS, AXIS, tuple(places), "better: up")
)
COUNTS = st.lists(st.integers(0, 10**9), max_size=150).map(tuple)
DISTRIBUTIONS = st.lists(st.builds(Bins, NAMES, COUNTS, NAMES), max_size=12).map(
    lambda series: Distribution("Times", Axis("ms", str, (0.0, 5.0)), tuple(series))
)


@given(st.one_of(LINES, SCATTERS, DISTRIBUTIONS), st.integers(0, 170), st.integers(0, 60))
def test_a_figure_of_any_data_fills_exactly_its_frame(figure: Figure, width: int, height: int) -> None:
    canvas = Canvas(width, height)
    figure.draw(canvas)
    for row in range(height):
        assert sum(cell_len(text) for text, _ in canvas.row(row)) == width
    assert figure.summary


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=10, unique=True))
def test_every_point_of_a_scatter_is_drawn(points: Sequence[tuple[float, float]]) -> None:
    canvas = Canvas(100, 30)
    Scatter("", AXIS, AXIS, tuple(Place(str(number), *point) for number, point in enumerate(points))).draw(canvas)
    drawn = canvas.text()
    # The last may lie on others, and then is on top of them.
    assert "●■▲◆▼○□△◇▽"[len(points) - 1] in "".join(drawn.splitlines()[1:])


@given(NUMBERS, NUMBERS, st.integers(1, 500), NUMBERS)
def test_a_scale_never_leaves_its_places(one: float, two: float, size: int, value: float) -> None:
    scale = Scale(min(one, two), max(one, two), size)
    assert 0 <= scale.place(value) < size
    assert scale.place(scale.low) <= scale.place(value) or value < scale.low


@given(NUMBERS, st.floats(1e-6, 1e12), st.integers(1, 30))
def test_ticks_are_few_and_between_the_bounds(low: float, span: float, most: int) -> None:
    high = low + span
    found = ticks(low, high, most)
    slack = 1e-6 * max(abs(low), abs(high), span)
    assert len(found) <= most
    assert all(low - slack <= value <= high + slack for value in found)


@given(NUMBERS)
def test_one_value_alone_has_room_around_it(value: float) -> None:
    low, high = around(value, value)
    assert low < value < high or (value, low, high) == (0, 0, 1)


@given(st.lists(st.tuples(st.integers(-9, 99), st.integers(-9, 99)), max_size=50), st.integers(0, 40))
def test_dots_outside_of_the_sheet_are_left_out_and_text_is_kept(dots: list[tuple[int, int]], width: int) -> None:
    canvas = Canvas(width, 5)
    canvas.put(0, 0, "abc")
    for x, y in dots:
        canvas.dot(x, y)
    assert canvas.text().splitlines()[0].startswith("abc"[:width])
    assert all(cell_len(line) == width for line in canvas.text().splitlines())


def test_series_are_told_apart_by_their_marks_and_axes_have_units() -> None:
    canvas = Canvas(80, 20)
    series = tuple(
        Series(name, (Point(1, level), Point(2, level + 0.1))) for name, level in (("one", 0.2), ("two", 0.6))
    )
    rate = Axis("pass rate", lambda value: f"{value:.0%}", (0.0, 1.0))
    Lines("Rate", Axis("run", lambda value: f"{value:.0f}", whole=True), rate, series).draw(canvas)
    text = canvas.text()
    assert "● one" in text
    assert "■ two" in text
    assert text.count("●") == text.count("■") == 3
    assert "100%" in text
    assert text.splitlines()[-1].rstrip().endswith("run")


@pytest.mark.parametrize("theme", ["synterm-dark", "synterm-light", "synterm-contrast"])
async def test_a_plot_follows_theme_and_size_and_says_what_it_shows(theme: str) -> None:
    class One(App[None]):
        def compose(self) -> ComposeResult:
            yield Plot()

    app = One()
    for found in load_themes()[0]:
        app.register_theme(found)
    app.theme = theme
    async with app.run_test(size=(60, 16)) as pilot:
        plot = app.query_one(Plot)
        plot.show(None, "nothing yet")
        await pilot.pause()
        assert "nothing yet" in plot.render_line(0).text
        plot.show(Scatter("Cost", AXIS, AXIS, (Place("a", 1, 2, True), Place("b", 2, 1))))
        await pilot.pause()
        assert plot.render_line(15).text.strip() == "on the front: a (1, 2)"
        await pilot.resize_terminal(90, 24)
        await pilot.pause()
        assert plot.render_line(23).text.strip().startswith("on the front")
        assert plot.render_line(5).cell_length == plot.content_size.width
