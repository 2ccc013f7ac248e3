"""Counts by axis and value as a list of small bars."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from synterm.text import plural
from synterm.tui.coverage.counts import CountLine
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList

_AXIS = 8
_NUMBER = 7
_NEED = 10
_LONGEST_VALUE = 22
_LONGEST_BAR = 40


class CountList(LineList):
    """Axis, value, bar, cases, and what is wanted there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"count--{name}" for name in ("axis", "bar", "rest", "met", "thin", "none")),
    }
    DEFAULT_CSS = """
    CountList {
        height: 1fr;
        & > .count--axis { color: $text-primary; text-style: bold; }
        & > .count--bar { color: $primary; }
        & > .count--rest { color: $text-muted; }
        & > .count--met { color: $text-success; }
        & > .count--thin { color: $text-warning; }
        & > .count--none { color: $text-error; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id)
        self.set_classes(classes or "")
        self._lines: list[CountLine] = []
        self._value = 0

    def show(self, lines: list[CountLine], nothing: str = "") -> None:
        """Show other counts."""
        self._lines = lines
        longest = max((cell_len(line.value[: _LONGEST_VALUE + 1]) for line in lines), default=0)
        self._value = min(longest, _LONGEST_VALUE)
        self.hint = nothing
        self.row_count = len(lines)
        self.refresh()

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """``label    clarify   ━━━━━━━╸   12  ◌ 1 of 3``."""
        line = self._lines[index]
        room = max(min(width - 1 - _AXIS - self._value - 2 - _NUMBER - 2 - _NEED, _LONGEST_BAR), 4)
        segments = [Segment(" " + padded(line.axis, _AXIS), self._style("axis"))]
        if line.rest:
            words = f"{plural(line.rest, 'more value')} with {plural(line.cases, 'case')}"
            return [*segments, Segment(words, self._style("rest"))]
        segments += [
            Segment(padded(line.value or "(none)", self._value) + "  "),
            Segment(_bar(line.cases, line.most, room), self._style("bar")),
            Segment(f"{line.cases:>{_NUMBER},}  ", self._style("rest") if not line.cases else None),
        ]
        return [*segments, Segment(padded(line.need, _NEED), self._need_style(line))]

    def _need_style(self, line: CountLine) -> Style | None:
        if line.place is None:
            return None
        return self._style("met" if not line.place.missing else "thin" if line.place.have else "none")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"count--{name}")


def _bar(count: int, most: int, width: int) -> str:
    """A bar to the half cell; whatever is there at all shows."""
    halves = max(round(count / max(most, 1) * width * 2), 1) if count else 0
    return ("━" * (halves // 2) + "╸" * (halves % 2)).ljust(width)
