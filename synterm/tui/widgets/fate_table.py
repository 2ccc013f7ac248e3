"""What becomes of the first rows of a file."""

from __future__ import annotations

from rich.segment import Segment

from synterm.formats.case_import import Fate
from synterm.text import one_line
from synterm.tui.imports.words import wrong_words
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.table import Table


class FateTable(Table):
    """A row that can't be a case says why, over all columns."""

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One row."""
        fate: Fate = self.rows[index]
        if fate.case is not None:
            return super().draw_row(index, width)
        line, why = wrong_words(fate)
        return [
            Segment(" "),
            Segment("✗", self._style("fail")),
            Segment(f"  {one_line(line, 6):>6}  ", self._style("dim")),
            Segment(padded(why, max(width - 12, 1)), self._style("fail")),
        ]
