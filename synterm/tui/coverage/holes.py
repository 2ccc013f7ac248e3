"""Holes as rows of a table, and what the Generate screen is to do about one."""

from __future__ import annotations

from collections.abc import Mapping

from synterm.core.coverage import Hole
from synterm.tui.coverage.rows import CoverageRow
from synterm.tui.coverage.text import hole_mark
from synterm.tui.generate.preset import Preset
from synterm.tui.widgets.table import Cell, TableColumn

COLUMNS = (TableColumn("", 1), TableColumn("", 1), TableColumn("what is missing"), TableColumn("made by", 18, rank=1))


def hole_cells(hole: Hole, rows: Mapping[str, CoverageRow]) -> list[Cell]:
    """One hole, as `COLUMNS` say. `rows`: the behaviors by their ids."""
    row = rows.get(hole.behavior_id)
    made_by = (hole.generators[0], "dim") if hole.generators else ("by hand", "accent")
    mark = (hole_mark(hole), "error" if hole.have else "fail")
    return [mark, row.mark if row else ("", ""), (hole.words, ""), made_by]


def preset_for(hole: Hole) -> Preset:
    """What to make: as many cases as are missing, the way that the hole says."""
    return Preset(hole.generators, hole.seeds, hole.into, max(hole.want - hole.have, 1), hole.words)
