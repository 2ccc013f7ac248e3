"""A text in the middle of an empty pane."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from synterm.text import one_line
from synterm.tui.widgets.cells import padded


def hint_line(hint: str, y: int, size: tuple[int, int], style: Style) -> Strip | None:
    """Line `y` of a hint that stands in the middle of a space of `size` (width, height); None beside the hint."""
    width, height = size
    lines = [one_line(line) for line in hint.split("\n")]
    index = y - max((height - len(lines)) // 2, 0)
    if not hint or not 0 <= index < len(lines):
        return None
    room = max((width - cell_len(lines[index])) // 2, 0)
    return Strip([Segment(" " * room + padded(lines[index], width - room), style)]).adjust_cell_length(width)
