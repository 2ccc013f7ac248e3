"""The result grid: what stands where, and what keys and the mouse do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from synterm.core.prompt import PromptBody
from synterm.storage.project import Project
from synterm.tui.board.arrange import Sort
from synterm.tui.board.lineup import Lineup
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.widgets.cells import tail
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.grid.layout import MARK, Wishes, furthest, lay_out
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

widths = st.lists(st.integers(1, 62), max_size=12).map(tuple)


@st.composite
def wishes(draw: st.DrawFn) -> Wishes:
    """How wide contents may be."""
    columns = draw(widths)
    name, given, expected = (draw(st.integers(0, most)) for most in (8, 200, 60))
    return Wishes(name, given, expected, columns, (None,) * len(columns))


@given(st.integers(30, 300), wishes(), st.integers(0, 12))
def test_columns_stand_beside_each_other_within_the_width(width: int, wished: Wishes, left: int) -> None:
    layout = lay_out(width, wished, min(left, max(len(wished.columns) - 1, 0)))
    place = layout.expected_start + layout.expected
    assert layout.expected_start == MARK + (layout.name + 1 if layout.name else 0) + layout.given + 1
    for span in layout.spans:
        assert span.start == place + 1
        assert span.width > 0
        place = span.end
    assert place <= width


@given(st.integers(40, 300), wishes())
def test_every_column_can_be_brought_into_sight(width: int, wished: Wishes) -> None:
    last = furthest(width, wished)
    seen = {span.index for left in range(last + 1) for span in lay_out(width, wished, left).spans}
    assert seen == set(range(len(wished.columns)))


@given(st.text(max_size=80), st.integers(1, 30))
def test_the_tail_of_a_text_fits_and_is_one_line(text: str, width: int) -> None:
    shown = tail(text, width)
    assert cell_len(shown) <= width
    assert "\n" not in shown


def test_the_tail_is_what_came_last() -> None:
    assert tail("one two three", 6) == "…three"
    assert tail("short", 20) == "short"


MANY = [(f"version {number}", body(f"Route it, {number}.")) for number in range(1, 9)]


def grid_of(bench: Bench) -> ResultGrid:
    grid = bench.screen.query_one(ResultGrid)
    grid.focus()
    return grid


def header(bench: Bench) -> str:
    """The line with the versions."""
    lines = bench.text().splitlines()
    return next(line for line in lines if "input" in line and "expected" in line)


async def test_columns_that_do_not_fit_scroll_with_the_cursor(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(versions=MANY), size=(100, 30)) as bench:
        bench.screen.session.line_up(Lineup(versions=tuple(range(1, 9))))
        bench.screen.painter.show_scope()
        grid = grid_of(bench)
        await bench.pilot.pause()
        assert "draft" in header(bench)
        assert "v1" not in header(bench)
        assert "…›" in header(bench)
        await bench.pilot.press(*["right"] * 8)
        await bench.settle()
        assert "v1" in header(bench)
        assert "‹" in header(bench)
        assert "…›" not in header(bench)
        assert "can we" in bench.text(), "the input stays where it is"
        await bench.pilot.press(*["h"] * 8)
        await bench.pilot.pause()
        assert (grid.column, grid.left) == (0, 0)


async def test_the_wheel_with_shift_goes_through_the_columns(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(versions=MANY), size=(100, 30)) as bench:
        bench.screen.session.line_up(Lineup(versions=tuple(range(1, 9))))
        bench.screen.painter.show_scope()
        grid = grid_of(bench)
        await bench.pilot.pause()
        grid.scroll_columns(2)
        await bench.pilot.pause()
        assert (grid.left, grid.column) == (2, 0)
        grid.scroll_columns(-5)
        assert grid.left == 0


async def test_the_cell_under_the_cursor_has_a_mark_beside_its_colour(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        grid_of(bench)
        await bench.pilot.press("down", "right")
        await bench.pilot.pause()
        [line] = [line for line in bench.text().splitlines() if "▸✓" in line or "▸✗" in line]
        assert "meet w/ Dana" in line


async def test_the_header_tells_rates_the_reference_and_the_order(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        grid_of(bench)
        await bench.pilot.press("s")
        await bench.settle()
        assert "draft ↑" in header(bench)
        assert "80%" in header(bench)
        assert "⚑ v1" in header(bench)
        await bench.pilot.press("s")
        await bench.settle()
        assert "draft ↓" in header(bench)


async def test_cells_that_differ_between_columns_are_marked(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project(versions=[("a", body("always clarify")), ("b", body()), ("c", body("Route."))])
    with Project.open(path) as project:
        [prompt] = project.prompts.all()
        project.prompts.save_draft(prompt.id, PromptBody(messages=body("New.").messages)).result()
    async with open_bench(path) as bench:
        bench.screen.session.line_up(Lineup(versions=(1, 2, 3)))
        bench.screen.painter.show_scope()
        await bench.settle()
        bench.screen.action_run_all()
        await bench.settle()
        assert "≠" in bench.text(), "v1 says something else, v3 that is held against does not"


async def test_stale_cells_are_told_from_fresh_ones_without_colour(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), debounce_ms=5000) as bench:
        assert "✓·schedule" not in bench.text()
        await bench.type("x")
        await bench.pilot.pause()
        assert "✓·schedule" in bench.text()


async def test_a_double_click_opens_a_cell_and_a_click_on_its_header_sorts(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        grid = grid_of(bench)
        span = grid.layout_now.spans[1]
        await bench.pilot.click(grid, offset=(span.start + 3, 1))
        await bench.settle()
        assert bench.screen.session.arrangement.sort == Sort("failing", bench.screen.session.board.columns[1].title)
        await bench.pilot.click(grid, offset=(span.start + 3, 3), times=2)
        await bench.settle()
        assert isinstance(bench.app.screen, InspectScreen)
        assert bench.app.screen.column is bench.screen.session.board.columns[1]


async def test_a_column_is_made_wider_by_keys_and_by_dragging_its_border(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        grid = grid_of(bench)
        await bench.pilot.pause()
        before = grid.layout_now.spans[0]
        await bench.pilot.press("greater_than_sign")
        assert grid.layout_now.spans[0].width == before.width + 2
        span = grid.layout_now.spans[0]
        await bench.pilot.mouse_down(grid, offset=(span.end + 1, 1))
        await bench.pilot.hover(grid, offset=(span.end + 5, 1))
        await bench.pilot.mouse_up(grid, offset=(span.end + 5, 1))
        await bench.pilot.pause()
        assert grid.layout_now.spans[0].width == span.width + 4
        assert bench.screen.session.arrangement.plain, "dragging is no click"


async def test_eighty_by_twenty_four_shows_a_verdict(make_project: MakeProject, open_bench: OpenBench) -> None:
    model = scripted(default="a long answer in free text that goes on and on")
    async with open_bench(make_project(model), size=(80, 24)) as bench:
        grid_of(bench)
        await bench.pilot.press("right", "right", "down")
        await bench.pilot.pause()
        assert "✓ schedule" in bench.text()
