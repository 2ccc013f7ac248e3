"""A table whose rows carry the glyph and the colour that a behavior has on the map."""

from __future__ import annotations

from typing import ClassVar

from synterm.tui.widgets.plot.drawing import INKS
from synterm.tui.widgets.table import Table


class BehaviorTable(Table):
    """A `Table` that knows the inks of behaviors too."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"table--{name}" for name in INKS}
    DEFAULT_CSS = """
    BehaviorTable {
        & > .table--series-1 { color: $text-primary; }
        & > .table--series-2 { color: $text-accent; }
        & > .table--series-3 { color: $text-secondary; }
        & > .table--series-4 { color: $text-success; }
        & > .table--series-5 { color: $text-warning; }
        & > .table--series-6 { color: $text-error; }
    }
    """
