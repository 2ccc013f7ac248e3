"""A table of versions and models, in which one marks those that have a column in the result grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.column_list import ColumnList
from synterm.tui.widgets.grid.header import PINNED, REFERENCE
from synterm.tui.widgets.grid.layout import Wishes

Key = tuple[int, str]
"""The number of a version, 0 for the draft, and the name of a model."""


@dataclass(frozen=True, slots=True)
class Version:
    """A row: the draft, number 0, or a version."""

    number: int
    label: str
    note: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A column of the table."""

    name: str
    note: str
    """What to know about it before it is chosen."""
    usable: bool


@dataclass(frozen=True, slots=True)
class LineupTable:
    """What there is to choose from, and what was chosen so far."""

    versions: tuple[Version, ...]
    models: tuple[Model, ...]
    """The one in use first."""
    chosen: frozenset[Key]
    fixed: frozenset[Key]
    """Those that stand there in any case."""
    rates: dict[Key, str]
    """Pass rates, as far as they are known."""
    reference: Key | None
    """What the draft is held against."""


class LineupMatrix(ColumnList):
    """Rows are versions, columns are models; space marks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark", id="columns.mark", tooltip="Give this version under this model a column"),
        Binding("a", "mark_row", "All models", id="columns.row", tooltip="The same for the version under all models"),
        Binding("b", "reference", "Hold against", id="columns.reference", tooltip="Tell flips against this one"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"matrix--note", "matrix--chosen"}
    DEFAULT_CSS = """
    LineupMatrix {
        & > .matrix--note { color: $text-muted; }
        & > .matrix--chosen { color: $text-success; text-style: bold; }
    }
    """
    header_height = 1

    class Moved(Message):
        """The cursor stands elsewhere, or something was marked."""

        def __init__(self, matrix: LineupMatrix) -> None:
            super().__init__()
            self.matrix = matrix

        @property
        def control(self) -> LineupMatrix:
            """The table."""
            return self.matrix

    def __init__(self, table: LineupTable) -> None:
        super().__init__()
        self.table = table
        self.chosen = set(table.chosen)
        self.reference = table.reference
        notes = max((len(version.note) for version in table.versions), default=0)
        wide = tuple(max(len(model.name) + 2, 16) for model in table.models)
        self.wishes = Wishes(0, min(max(notes + 8, 14), 40), 0, wide, (None,) * len(wide))

    def on_mount(self) -> None:
        """The rows are there at once."""
        self.row_count = len(self.table.versions)

    @property
    def model(self) -> Model:
        """The model under the cursor."""
        return self.table.models[self.column]

    @property
    def key(self) -> Key:
        """What the cursor stands on."""
        return (self.table.versions[self.cursor].number, self.model.name)

    def watch_column(self) -> None:
        """Say so, too."""
        super().watch_column()
        self._changed()

    def watch_cursor(self, before: int, now: int) -> None:
        """Say so, too."""
        super().watch_cursor(before, now)
        self._changed()

    def action_mark(self) -> None:
        """Mark, or take the mark away."""
        self._mark([self.key], self.key not in self.chosen)

    def action_mark_row(self) -> None:
        """Mark the version under all models that can be used, or under none."""
        number = self.table.versions[self.cursor].number
        keys = [
            (number, model.name) for model in self.table.models if model.usable or (number, model.name) in self.chosen
        ]
        self._mark(keys, not all(key in self.chosen for key in keys))

    def action_reference(self) -> None:
        """Hold the draft against this version, which has a column then; or let it be found."""
        number, _ = self.key
        if number and self.model.usable:
            self.reference = None if self.reference == self.key else self.key
            if self.reference:
                self.chosen.add(self.reference)
        self._changed()

    def on_click(self, event: events.Click) -> None:
        """A click marks."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        span = self.layout_now.at(place.x) if place else None
        if row is not None and span is not None:
            self.cursor, self.column = row, span.index
            self.action_mark()

    def draw_header(self, width: int, line: int) -> list[Segment]:
        """The models."""
        layout = self.layout_now
        segments = [Segment(" " * (layout.spans[0].start - 1 if layout.spans else width))]
        for span in layout.spans:
            style = self.get_component_rich_style("column--header") if span.index == self.column else None
            sign = "" if self.table.models[span.index].usable else "! "
            segments += [Segment(" "), Segment(padded(sign + self.table.models[span.index].name, span.width), style)]
        return segments

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One version."""
        version, layout = self.table.versions[index], self.layout_now
        name = f" {version.label}{f' {PINNED}' if version.pinned else ''}"
        note = self.get_component_rich_style("matrix--note")
        first = layout.spans[0].start - 1 if layout.spans else width
        segments = [Segment(padded(name, 8)), Segment(padded(version.note, first - 8), note)]
        for span in layout.spans:
            key = (version.number, self.table.models[span.index].name)
            style = self.get_component_rich_style("matrix--chosen") if key in self.chosen else note
            segments.append(Segment(" " + padded(self._cell(key), span.width), style))
        return segments

    def _cell(self, key: Key) -> str:
        mark = "■" if key in self.table.fixed else "x" if key in self.chosen else " "
        return f"[{mark}] {self.table.rates.get(key, '')} {REFERENCE if key == self.reference else ''}"

    def _mark(self, keys: list[Key], on: bool) -> None:
        for key in keys:
            if on and (self.model.usable or len(keys) > 1):
                self.chosen.add(key)
            elif not on and key not in self.table.fixed:
                self.chosen.discard(key)
                self.reference = None if key == self.reference else self.reference
        self._changed()

    def _changed(self) -> None:
        self.refresh()
        self.post_message(self.Moved(self))
