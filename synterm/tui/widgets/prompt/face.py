"""All that decides how one line of an editor's screen looks: two that are equal are drawn once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from synterm.text import visible
from synterm.tui.widgets.prompt.marks import Mark
from synterm.tui.widgets.prompt.wrap import LONG

if TYPE_CHECKING:
    from synterm.tui.widgets.prompt.lines import PromptLines


class Face(NamedTuple):
    """A section of a line. Columns count from its start."""

    text: str
    last: bool
    """Whether the line ends here: the cursor has room behind it."""
    number: str
    """The line's number, in its first section."""
    wrong: bool
    tabs: tuple[int, ...]
    """How many cells each tab takes."""
    marks: tuple[Mark, ...]
    here: bool
    """Whether the cursor is in this line."""
    selected: tuple[int, int] | None
    emptied: bool
    """Whether this is an empty line within the selection."""
    cursor: int | None
    brackets: tuple[int, ...]


def face_of(area: PromptLines, row: int) -> Face:
    """How the line of the screen at `row`, counted from the first of the text, looks."""
    view = area.view
    line, section = view.place(row)
    start, end = view.bounds(line, section)
    whole = area.lines[line]
    last = end == len(whole)
    text = visible(whole[start:end])
    here = area.cursor_location[0] == line
    chosen = _selected(area, line, len(whole))
    return Face(
        text=text,
        last=last,
        number=str(line + 1) if section == 0 else "",
        wrong=section == 0 and area.is_wrong(line),
        tabs=_tabs(area, line, text, whole[:start]) if "\t" in text else (),
        marks=area.marks(line, start, end),
        here=here and area.highlight_cursor_line,
        selected=_clip(chosen, start, end) if chosen else None,
        emptied=chosen is not None and not whole and not here,
        cursor=_cursor(area, start, end, last) if here else None,
        brackets=tuple(_brackets(area, line, start, end, last)),
    )


def _selected(area: PromptLines, line: int, length: int) -> tuple[int, int] | None:
    """The selected columns of a line."""
    (top, left), (bottom, right) = sorted(area.selection)
    if (top, left) == (bottom, right) or not top <= line <= bottom:
        return None
    return left if line == top else 0, right if line == bottom else length


def _clip(stretch: tuple[int, int], start: int, end: int) -> tuple[int, int] | None:
    left, right = max(stretch[0], start), min(stretch[1], end)
    return (left - start, right - start) if left < right else None


def _cursor(area: PromptLines, start: int, end: int, last: bool) -> int | None:
    column = area.cursor_location[1]
    return column - start if area.shows_cursor and _within(column, start, end, last) else None


def _brackets(area: PromptLines, line: int, start: int, end: int, last: bool) -> list[int]:
    """The bracket at the cursor and its partner."""
    partner = area.matching_bracket_location
    if partner is None or not area.match_cursor_bracket or not area.selection.is_empty:
        return []
    places = (area.cursor_location, partner)
    return [column - start for row, column in places if row == line and _within(column, start, end, last)]


def _within(column: int, start: int, end: int, last: bool) -> bool:
    return start <= column < end or (last and column == end)


def _tabs(area: PromptLines, line: int, text: str, before: str) -> tuple[int, ...]:
    count = text.count("\t")
    if len(area.lines[line]) > LONG:
        return (1,) * count
    first = before.count("\t")
    return tuple(area.view.get_tab_widths(line)[first : first + count])
