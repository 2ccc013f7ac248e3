"""The queue of drafts as a list: which is shown, what was decided, what is marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style

from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.line_list import LineList

INKS = ("accepted", "rejected", "doubt", "marked", "name")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """One row."""

    mark: str
    ink: str
    """One of `INKS`, or nothing."""
    name: str
    title: str
    marked: bool


class DraftList(LineList):
    """Shows the rows that `row` makes of places in the queue, as they come into view."""

    can_focus = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"draft--{ink}" for ink in INKS}
    DEFAULT_CSS = """
    DraftList {
        & > .draft--accepted { color: $text-success; }
        & > .draft--rejected { color: $text-error; }
        & > .draft--doubt { color: $text-warning; }
        & > .draft--marked { color: $text-accent; text-style: bold; }
        & > .draft--name { color: $text-muted; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id)
        self.set_classes(classes or "")
        self._row: Callable[[int], DraftRow] = lambda _at: DraftRow("", "", "", "", marked=False)

    def show(self, keys: Sequence[int], at: int, row: Callable[[int], DraftRow]) -> None:
        """Show a queue with the cursor at a place."""
        self._row = row
        before = self.cursor
        with self.prevent(LineList.Highlighted):
            self.row_count = len(keys)
            self.cursor = at
        # A row costs little to draw, all of them cost as much as the draft beside them.
        for index in {before, at}:
            self.refresh_row(index)

    def scroll_to_row(self, index: int) -> None:
        """Bring a row into view, with a page of what comes after it: line by line, each key would draw all of them."""
        top = round(self.scroll_y)
        if index < top:
            self.scroll_to(y=index - self.body_height + 2, animate=False)
        elif index >= top + self.body_height:
            self.scroll_to(y=index - 1, animate=False)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One draft."""
        row = self._row(index)
        chosen = self._style("marked") if row.marked else None
        name = f"{row.name:>5} "
        return [
            Segment("▌" if row.marked else " ", chosen),
            Segment(f"{row.mark or ' '} ", self._style(row.ink) if row.ink else None),
            Segment(name, self._style("name")),
            Segment(padded(row.title, max(width - 3 - len(name), 1)), chosen),
        ]

    def _style(self, ink: str) -> Style:
        return self.get_component_rich_style(f"draft--{ink}")
