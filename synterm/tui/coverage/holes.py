"""Holes as rows of a table, and what the Generate screen is to do about one."""

from __future__ import annotations

from collections.abc import Mapping

from synterm.core.coverage import Hole
from synterm.text import one_line, plural
from synterm.tui.coverage.rows import CoverageRow
from synterm.tui.coverage.text import hole_mark
from synterm.tui.generate.preset import Preset
from synterm.tui.widgets.table import Cell, TableColumn

COLUMNS = (TableColumn("", 1), TableColumn("", 1), TableColumn("what is missing"))


def hole_cells(hole: Hole, rows: Mapping[str, CoverageRow]) -> list[Cell]:
    """One hole, as `COLUMNS` say. `rows`: the behaviors by their ids."""
    row = rows.get(hole.behavior_id)
    return [(hole_mark(hole), "error" if hole.have else "fail"), row.mark if row else ("", ""), (words_of(hole), "")]


def words_of(hole: Hole) -> str:
    """What is missing, and how often the same is."""
    return hole.words + (f"  (and {plural(hole.alike, 'label')} more)" if hole.alike else "")


def filling_words(hole: Hole) -> str:
    """``g: vary:tone=angry of 8 cases``: what is made on request, by what, and of how many seeds."""
    if not hole.generators:
        return "no generator makes these: write them by hand"
    seeds = f" of {plural(len(hole.seeds), 'case')}" if hole.seeds else ""
    return f"g: {one_line(', '.join(hole.generators), 100)}{seeds}"


def preset_for(hole: Hole) -> Preset:
    """What to make: as many cases as are missing, the way that the hole says."""
    return Preset(hole.generators, hole.seeds, hole.into, max(hole.want - hole.have, 1), hole.words, hole.filters)
