"""A list of rows with columns of their own: a cursor on a cell, and columns that scroll where not all fit."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.reactive import reactive
from textual.strip import Strip

from synterm.tui.widgets.grid.layout import NARROWEST, NOTHING, WIDEST, Layout, Wishes, furthest, lay_out
from synterm.tui.widgets.line_list import LineList, over


class ColumnList(LineList):
    """Subclasses say how wide things would be (`wishes`), and draw by `layout_now`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "column(-1)", "Left", show=False, id="list.left", tooltip="One column to the left"),
        Binding("right,l", "column(1)", "Right", show=False, id="list.right", tooltip="One column to the right"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"column--cell", "column--header"}
    DEFAULT_CSS = """
    ColumnList {
        & > .column--cell { background: $primary; color: $background; text-style: bold; }
        & > .column--header { color: $text-primary; text-style: bold underline; }
    }
    """
    column: reactive[int] = reactive(0)
    left: reactive[int] = reactive(0)
    """The leftmost column in sight, where not all fit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.wishes: Wishes = NOTHING
        self._laid: tuple[object, Layout] = (None, lay_out(1, NOTHING))
        self._dragged: tuple[int, int] | None = None
        """The column whose border is dragged, and its width less the place where the mouse was."""

    @property
    def layout_now(self) -> Layout:
        """Where things stand."""
        state = (self.body_width, self.wishes, self.left)
        if self._laid[0] != state:
            self._laid = (state, lay_out(*state))
        return self._laid[1]

    def widen(self, index: int, width: int) -> None:
        """Someone wants a column to be so wide, in cells."""

    def validate_column(self, column: int) -> int:
        """Keep the cursor on a column."""
        return max(0, min(column, len(self.wishes.columns) - 1))

    def watch_column(self) -> None:
        """Bring the column into sight."""
        self.bring_in()
        self.refresh()

    def watch_left(self) -> None:
        """Other columns are in sight."""
        self.refresh()

    def scroll_columns(self, by: int) -> None:
        """Have other columns in sight; the cursor stays."""
        self.left = max(0, min(self.left + by, furthest(self.body_width, self.wishes)))

    def bring_in(self) -> None:
        """Have the column under the cursor in sight, and no room wasted to its right."""
        self.left = max(0, min(self.left, self.column, furthest(self.body_width, self.wishes)))
        while self.left < self.column and self.layout_now.span(self.column) is None:
            self.left += 1

    def border(self, x: int) -> int | None:
        """The column that ends at a place of the row."""
        return next((span.index for span in self.layout_now.spans if span.end == x), None)

    def draw_cursor(self, strip: Strip) -> Strip:
        """The row with its cell: in front of that stands a mark, for colour is not seen everywhere."""
        strip, span = super().draw_cursor(strip), self.layout_now.span(self.column)
        if span is None or not self.has_focus:
            return strip
        before, _, cell, after = strip.divide([span.start - 1, span.start, span.end, strip.cell_length])
        style = self.get_component_rich_style("column--cell", partial=True)
        return Strip.join([before, Strip([Segment("▸", style)], 1), over(cell, style), after])

    def action_column(self, by: int) -> None:
        """Move the column cursor."""
        self.column += by

    def action_widen(self, by: int) -> None:
        """Make the column under the cursor wider, or less wide."""
        if span := self.layout_now.span(self.column):
            self.widen(self.column, max(NARROWEST, min(span.width + by, WIDEST)))

    def on_resize(self) -> None:
        """Keep the column in sight."""
        self.bring_in()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The border of a column, in the header, can be dragged."""
        place = event.get_content_offset(self)
        if place and place.y < self.header_height and (index := self.border(place.x)) is not None:
            span = self.layout_now.span(index)
            self._dragged = (index, (span.width if span else 0) - place.x)
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The border goes where the mouse goes."""
        if self._dragged is not None:
            index, width = self._dragged
            width += event.get_content_offset_capture(self).x
            self.widen(index, max(NARROWEST, min(width, WIDEST)))

    def on_mouse_up(self) -> None:
        """The border stays."""
        if self._dragged is not None:
            self._dragged = None
            self.release_mouse()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """With shift, the wheel goes through the columns."""
        self._wheel(event, 1 if event.shift else 0)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """With shift, the wheel goes through the columns."""
        self._wheel(event, -1 if event.shift else 0)

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """The wheel goes through the columns."""
        self._wheel(event, 1)

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """The wheel goes through the columns."""
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        if by:
            event.stop()
            event.prevent_default()
            self.scroll_columns(by)
