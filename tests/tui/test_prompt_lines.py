"""The editor that draws only what changed draws what the stock one draws."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._wrap import compute_wrap_offsets
from textual.app import App, ComposeResult
from textual.expand_tabs import get_tab_widths
from textual.widgets import TextArea

from synterm.tui.widgets.prompt.area import PromptArea
from synterm.tui.widgets.prompt.document import Change, PromptDocument
from synterm.tui.widgets.prompt.wrap import LONG, PromptWrap, breaks, rebreak

LINES = [
    "short",
    "",
    "a line that is wrapped at its words because it is long enough",
    "x" * 70,
    "\ttab\tand tab",
    "漢字 かな e\u0301",
]


class Stock(TextArea):
    DEFAULT_CSS = PromptArea.DEFAULT_CSS.replace("PromptArea", "Stock")
    COMPONENT_CLASSES = PromptArea.COMPONENT_CLASSES


class Both(App[None]):
    """The same text in both editors, one above the other."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        yield PromptArea(self._text, part="system", kind="params")
        yield Stock(self._text, soft_wrap=True, show_line_numbers=True, tab_behavior="focus")


def drawn(area: TextArea) -> list[list[tuple[Any, ...]]]:
    """Each character with its looks, line by line."""
    area._theme.apply_css(area)
    rows: list[list[tuple[Any, ...]]] = []
    for y in range(area.size.height):
        looks = [(char, part.style) for part in area.render_line(y) for char in part.text]
        rows.append(
            [(char, style and (style.color, style.bgcolor, style.bold, style.reverse)) for char, style in looks]
        )
    return rows


def change(area: TextArea, chance: random.Random) -> None:
    """One thing that people do to a text; the same for the same chance."""
    row = chance.randrange(area.document.line_count)
    place = (row, chance.randint(0, len(area.document[row])))
    other = (min(row + chance.randint(0, 2), area.document.line_count - 1), 0)
    what = chance.choice(["type", "type", "line", "delete", "move", "select", "paste", "undo", "redo"])
    if what == "type":
        area.insert(chance.choice(["a", " ", "word ", "漢"]), place)
    elif what == "line":
        area.insert("\n", place)
    elif what == "delete":
        area.delete(place, other)
    elif what == "move":
        area.move_cursor(place)
    elif what == "select":
        area.move_cursor(place, select=True)
    elif what == "paste":
        area.insert("\n".join(chance.choices(LINES, k=3)), place)
    else:
        getattr(area, what)()


@pytest.mark.parametrize("seed", range(4))
async def test_it_draws_what_the_stock_editor_draws(seed: int) -> None:
    chance = random.Random(seed)
    app = Both("\n".join(chance.choices(LINES, k=12)))
    async with app.run_test(size=(40, 30)) as pilot:
        ours, stock = app.query_one(PromptArea), app.query_one(Stock)
        ours.cursor_blink = stock.cursor_blink = False
        ours._cursor_visible = stock._cursor_visible = False
        for step in range(40):
            for area in (ours, stock):
                change(area, random.Random(f"{seed} {step}"))
            await pilot.pause()
            for area in (ours, stock):
                area.scroll_to(0, 0, animate=False)
                area.focus()
                area._cursor_visible = False
            await pilot.pause()
            assert ours.text == stock.text
            assert ours.selection == stock.selection
            ours._cursor_visible = stock._cursor_visible = False
            app.set_focus(None)
            await pilot.pause()
            assert drawn(ours) == drawn(stock)


@given(st.text(alphabet="ab c-é漢\t", max_size=120), st.integers(1, 30))
def test_lines_break_where_stock_ones_do(line: str, width: int) -> None:
    assert breaks(line, width, 4) == compute_wrap_offsets(
        line, width, 4, precomputed_tab_sections=get_tab_widths(line, 4)
    )


@given(st.data())
def test_a_long_line_is_broken_anew_around_a_change_only(data: st.DataObject) -> None:
    word = st.sampled_from(["word ", "x" * 90, "漢字", "a b c ", "   "])
    line = "".join(data.draw(st.lists(word, min_size=5, max_size=15))) * (LONG // 20)
    width = data.draw(st.integers(10, 60))
    start = data.draw(st.integers(0, len(line)))
    end = data.draw(st.integers(start, min(start + 200, len(line))))
    new = data.draw(st.sampled_from(["", "q", "some words", "y" * 300]))
    edited = line[:start] + new + line[end:]
    changed = Change((0, start), (0, end), (0, start + len(new)))
    found = rebreak(edited, breaks(line, width, 4), changed, width)
    edges = [0, *found, len(edited)]
    assert edges == sorted(edges)
    assert len(set(found)) == len(found)
    assert all(edge <= len(edited) for edge in found)
    sections = [edited[a:b] for a, b in pairwise(edges)]
    assert all(sum(2 if char in "漢字" else 1 for char in section) <= width for section in sections)


@given(st.text(max_size=200))
def test_a_document_is_its_text_to_the_letter(text: str) -> None:
    document = PromptDocument(text)
    assert document.text == text
    document.replace_range((0, 0), (0, 0), "x")
    assert document.text == f"x{text}"


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.text(alphabet="ab\n ", max_size=12)), max_size=8))
def test_rows_and_places_agree_after_any_edits(edits: list[tuple[int, int, str]]) -> None:
    document = PromptDocument("one two three\n\nfour " * 5)
    view = PromptWrap(document, 6)
    for row, column, text in edits:
        row = min(row, document.line_count - 1)
        place = (row, min(column, len(document[row])))
        document.replace_range(place, (min(row + 1, document.line_count - 1), 0), text)
        view.wrap_range((0, 0), (0, 0), (0, 0))
    fresh = PromptWrap(PromptDocument(document.text), 6)
    assert view.height == fresh.height
    assert [view.place(y) for y in range(view.height)] == [fresh.place(y) for y in range(fresh.height)]
    for y in range(view.height):
        line, section = view.place(y)
        assert view.rows(line)[0] + section == y
        assert view.location_to_offset((line, view.bounds(line, section)[0])).y == y
