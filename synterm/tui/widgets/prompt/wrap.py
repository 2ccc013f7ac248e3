"""Soft wrapping that costs by what changed, not by how long the text is.

Leans on `WrappedDocument` of Textual 8.2: lines break where its own breaks are, except that in a line of over
`LONG` characters a tab takes one cell, and an edit re-wraps its surroundings only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import overload

from rich.cells import get_character_cell_size
from textual._cells import cell_len, cell_width_to_column_index
from textual._wrap import compute_wrap_offsets
from textual.document._document import Location
from textual.document._wrapped_document import WrappedDocument
from textual.expand_tabs import expand_tabs_inline, get_tab_widths
from textual.geometry import Offset, clamp

from synterm.text import visible
from synterm.tui.widgets.prompt.document import Change, PromptDocument

LONG = 4096
"""Characters; longer lines are never gone through as a whole while one types."""
_AHEAD = 48
"""How many sections of a long line an edit may re-wrap before they fall in with the old ones."""
_LAST_WORD = re.compile(r".*\s(?=\S)", re.DOTALL)


class PromptWrap(WrappedDocument):
    """A view of a `PromptDocument` as lines of the screen."""

    def __init__(self, document: PromptDocument, width: int = 0, tab_width: int = 4) -> None:
        self._source = document
        self._heights: list[int] = []
        self._starts: list[int] = [0]
        self._known = 0
        """Up to which line `_starts` is right."""
        self._done: tuple[int, int] | None = None
        super().__init__(document, width, tab_width)

    @property
    def height(self) -> int:
        """Lines on the screen."""
        return self._start(len(self._heights))

    def wrap(self, width: int, tab_width: int | None = None) -> None:
        """Wrap all lines, unless they are."""
        changes = self._source.take_changes()
        wanted = (width, tab_width or self._tab_width)
        if wanted == self._done and not changes:
            return
        self._done = wanted
        self._width, self._tab_width = wanted
        self._wrap_offsets = [breaks(line, *wanted) for line in self._source.lines]
        self._heights = [len(offsets) + 1 for offsets in self._wrap_offsets]
        self._starts, self._known = [0], 0

    def wrap_range(self, start: Location, old_end: Location, new_end: Location) -> None:
        """Wrap what changed in the document since it was last wrapped; it knows that better than the arguments do."""
        changes = self._source.take_changes()
        if len(changes) == 1 and self._wrap_within(changes[0]):
            return
        stale: list[list[int] | None] = [*self._wrap_offsets]
        for change in changes:
            stale[change.top[0] : change.bottom[0] + 1] = [None] * (change.end[0] - change.top[0] + 1)
        for index, offsets in enumerate(stale):
            if offsets is None:
                stale[index] = breaks(self._source.lines[index], self._width, self._tab_width)
        self._wrap_offsets = [offsets for offsets in stale if offsets is not None]
        self._heights = [len(offsets) + 1 for offsets in self._wrap_offsets]
        self._known = min([self._known, *(change.top[0] for change in changes)])

    def _wrap_within(self, change: Change) -> bool:
        """Wrap the lines that one change touched; False when it reaches beyond the last line."""
        top, bottom, end = change
        if bottom[0] >= len(self._wrap_offsets):
            return False
        lines = self._source.lines[top[0] : end[0] + 1]
        if top[0] == bottom[0] == end[0] and len(lines[0]) > LONG and self._wrap_offsets[top[0]]:
            new = [rebreak(lines[0], self._wrap_offsets[top[0]], change, self._width)]
        else:
            new = [breaks(line, self._width, self._tab_width) for line in lines]
        heights = [len(offsets) + 1 for offsets in new]
        if heights != self._heights[top[0] : bottom[0] + 1]:
            self._known = min(self._known, top[0])
        self._wrap_offsets[top[0] : bottom[0] + 1] = new
        self._heights[top[0] : bottom[0] + 1] = heights
        return True

    def _start(self, line: int) -> int:
        """The line of the screen that a line begins at."""
        if line > self._known:
            known = self._known
            self._starts[known:] = accumulate(self._heights[known:], initial=self._starts[known])
            self._known = len(self._heights)
        return self._starts[line]

    def place(self, y: int) -> tuple[int, int]:
        """The line, and the section of it, at a line of the screen; the last where there is none."""
        y = clamp(y, 0, self.height - 1)
        line = bisect_right(self._starts, y, 0, len(self._heights)) - 1
        return line, y - self._starts[line]

    def rows(self, line: int) -> tuple[int, int]:
        """The first line of the screen that shows a line, and how many do."""
        line = clamp(line, 0, len(self._heights) - 1)
        return self._start(line), self._heights[line]

    def bounds(self, line: int, section: int) -> tuple[int, int]:
        """From which to which column a section goes."""
        offsets = self._wrap_offsets[line]
        start = offsets[section - 1] if section else 0
        return start, offsets[section] if section < len(offsets) else len(self._source.lines[line])

    def section_of(self, location: Location) -> int:
        """Which section of its line a location is in."""
        return bisect_right(self._wrap_offsets[location[0]], location[1])

    def location_to_offset(self, location: Location) -> Offset:
        """Where on the screen a location is, counted from the first line."""
        line = clamp(location[0], 0, len(self._heights) - 1)
        section = bisect_right(self._wrap_offsets[line], location[1])
        start, _ = self.bounds(line, section)
        text = visible(self._source.lines[line][start : max(location[1], start)])
        return Offset(self._cells(line, text), self._start(line) + section)

    def offset_to_location(self, offset: Offset) -> Location:
        """The location shown at a place on the screen; the nearest where there is none."""
        line, section = self.place(max(0, offset[1]))
        return line, self.get_target_document_column(line, max(0, offset[0]), section)

    def get_target_document_column(self, line_index: int, x_offset: int, y_offset: int) -> int:
        """The column shown at a cell of a section (-1: the last) of a line."""
        last = len(self._wrap_offsets[line_index])
        section = y_offset if y_offset >= 0 else last + 1 + y_offset
        start, end = self.bounds(line_index, section)
        column = start + cell_width_to_column_index(
            visible(self._source.lines[line_index][start:end]), x_offset, self._tabs(line_index)
        )
        # Beyond the last character of a section is the first of the next.
        return min(column, end) if section == last else min(column, end - 1)

    def get_sections(self, line_index: int) -> list[str]:
        """The text of each section of a line, made when asked for."""
        return _Sections(self, line_index)  # pyright: ignore[reportReturnType]

    def get_tab_widths(self, line_index: int) -> list[int]:
        """How many cells each tab of a line takes."""
        line = self._source.lines[line_index]
        if "\t" not in line:
            return []
        return [width for _, width in get_tab_widths(visible(line), self._tab_width)]

    def section_text(self, line: int, section: int) -> str:
        """What is shown of a section."""
        start, end = self.bounds(line, section)
        return visible(self._source.lines[line][start:end])

    def _tabs(self, line: int) -> int:
        return self._tab_width if len(self._source.lines[line]) <= LONG else 1

    def _cells(self, line: int, text: str) -> int:
        return cell_len(expand_tabs_inline(text, self._tabs(line)) if "\t" in text else text)


class _Sections(Sequence[str]):
    def __init__(self, wrapped: PromptWrap, line: int) -> None:
        self._wrapped, self._line = wrapped, line

    def __len__(self) -> int:
        return self._wrapped.rows(self._line)[1]

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> list[str]: ...

    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return self._wrapped.section_text(self._line, index % len(self))


def breaks(line: str, width: int, tab_width: int) -> list[int]:
    """The columns that a line is broken at, so that each section fits in `width` cells; 0: it is not broken."""
    if not width or (len(line) * 2 <= width and "\t" not in line):
        return []
    if line.isascii() and line.isprintable():
        return _plain_breaks(line, width)
    line = visible(line)
    if len(line) <= LONG:
        return compute_wrap_offsets(line, width, tab_width, precomputed_tab_sections=get_tab_widths(line, tab_width))
    return _wide_breaks(line, width)


def rebreak(line: str, old: list[int], change: Change, width: int) -> list[int]:
    """The breaks of a long line after a change within it, from those it had (`old`), in time that hangs on the change.

    They are those of `breaks` around the change. Where new and old ones do not fall together within a few dozen
    sections, one section in between is shorter than it could be.
    """
    moved = change.end[1] - change.bottom[1]
    first = max(bisect_right(old, change.top[1]) - 2, 0)
    start = old[first - 1] if first else 0
    window = line[start : change.end[1] + _AHEAD * width]
    new = [start + offset for offset in breaks(window, width, 1)]
    kept = old[bisect_right(old, change.bottom[1]) :]
    if start + len(window) >= len(line):
        return [*old[:first], *new]
    # The end of the window is no end of the line: its last section is not known.
    same = {offset + moved for offset in kept[: _AHEAD * 8]}
    meeting = next((index for index, offset in enumerate(new) if offset in same), len(new) - 1)
    new = new[: meeting + 1]
    rest = kept[bisect_right(kept, new[-1] - moved) :]
    return [*old[:first], *new, *(rest if not moved else (offset + moved for offset in rest))]


@lru_cache(maxsize=32)
def _section(width: int) -> re.Pattern[str]:
    return re.compile(rf".{{0,{width - 1}}} (?=[^ ])|.{{{width}}}")


def _plain_breaks(line: str, width: int) -> list[int]:
    """Where each character takes one cell: after the last space that fits, else in the middle of the word."""
    found: list[int] = []
    match, position, last = _section(width).match, 0, len(line) - width
    while position < last and (section := match(line, position)):
        position = section.end()
        found.append(position)
    return found


def _wide_breaks(line: str, width: int) -> list[int]:
    cells = list(accumulate(map(_cell_size, line), initial=0))
    found: list[int] = []
    position = 0
    while cells[-1] - cells[position] > width:
        fits = bisect_right(cells, cells[position] + width, position + 1) - 1
        word = _LAST_WORD.match(line, position, fits + 1)
        position = word.end() if word else max(fits, position + 1)
        found.append(position)
    return found


@lru_cache(maxsize=65536)
def _cell_size(character: str) -> int:
    return 1 if character == "\t" else get_character_cell_size(character)
