"""A list drawn line by line: a million rows cost what a screenful does."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from synterm.tui.widgets.hint import hint_line


class LineList(ScrollView, can_focus=True):
    """Rows under a fixed header, with a cursor. Subclasses draw: `draw_row` and `draw_header`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding("down,j", "move(1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up", tooltip="One screenful up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down", tooltip="One screenful down"),
        Binding("home", "jump(0)", "First", show=False, id="list.first", tooltip="To the first row"),
        Binding("end", "jump(-1)", "Last", show=False, id="list.last", tooltip="To the last row"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {"line--cursor", "line--cursor-blurred", "line--header", "line--hint"}
    DEFAULT_CSS = """
    LineList {
        background: transparent;
        scrollbar-size-vertical: 1;
        overflow-x: hidden;
        & > .line--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        & > .line--cursor-blurred { background: $panel; }
        & > .line--header, & > .line--hint { color: $text-muted; }
        &:nocolor > .line--cursor, &:ansi > .line--cursor { text-style: reverse; }
        &:nocolor > .line--cursor-blurred, &:ansi > .line--cursor-blurred { text-style: underline; }
    }
    """

    header_height = 0
    cursor: reactive[int] = reactive(0, repaint=False)
    row_count: reactive[int] = reactive(0)
    hint: reactive[str] = reactive("")
    """What stands in the middle while there are no rows."""

    class Highlighted(Message):
        """The cursor stands on another row."""

        def __init__(self, control: LineList, index: int) -> None:
            super().__init__()
            self.list = control
            self.index = index

        @property
        def control(self) -> LineList:
            """The list."""
            return self.list

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """The segments of one row, not wider than `width`."""
        raise RuntimeError(f"{type(self).__name__} draws no rows")

    def draw_header(self, width: int, line: int) -> list[Segment]:
        """The segments of a line of the header, of which there are `header_height`."""
        return [Segment(" " * width)]

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return max(0, min(cursor, self.row_count - 1))

    def watch_row_count(self) -> None:
        """More or fewer rows: the scroll bar follows, the cursor stays on a row."""
        self.fit()
        self.cursor = self.validate_cursor(self.cursor)
        self.refresh()

    def watch_cursor(self, before: int, now: int) -> None:
        """Redraw the two rows, and bring the new one into view."""
        self.refresh_row(before)
        self.refresh_row(now)
        self.scroll_to_row(now)
        if before != now:
            self.post_message(self.Highlighted(self, now))

    @property
    def body_width(self) -> int:
        """How many cells a row has beside the scroll bar."""
        return self.scrollable_content_region.width

    @property
    def body_height(self) -> int:
        """How many rows fit on the screen."""
        return max(self.size.height - self.header_height, 1)

    def visible_rows(self) -> range:
        """The rows on the screen."""
        top = round(self.scroll_y)
        return range(top, min(top + self.body_height, self.row_count))

    def line_of(self, index: int) -> int:
        """The line of the widget that a row stands in; it can be above or below what is on the screen."""
        return index - round(self.scroll_y) + self.header_height

    def scroll_to_row(self, index: int) -> None:
        """Bring a row into view."""
        top = round(self.scroll_y)
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + self.body_height:
            self.scroll_to(y=index - self.body_height + 1, animate=False)

    def refresh_row(self, index: int) -> None:
        """Redraw one row, if it is on the screen."""
        y = self.line_of(index)
        if self.header_height <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, 1))

    def refresh_header(self) -> None:
        """Redraw the header."""
        self.refresh(Region(0, 0, self.size.width, self.header_height))

    def on_resize(self) -> None:
        """The width decides the layout of every row."""
        self.fit()
        self.refresh()

    def fit(self) -> None:
        """Have the scroll bar know how much there is."""
        self.virtual_size = Size(self.size.width, self.row_count + self.header_height)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        if row is not None:
            self.cursor = row

    def row_at(self, y: int) -> int | None:
        """The row at this line of the widget; None outside of the rows."""
        row = y - self.header_height + round(self.scroll_y)
        return row if y >= self.header_height and row < self.row_count else None

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """Move the cursor by a screenful."""
        self.cursor += by * self.body_height

    def action_jump(self, to: int) -> None:
        """Move the cursor to the first row, or to the last."""
        self.cursor = to if to >= 0 else self.row_count - 1

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        width, base = self.body_width, self.visual_style.rich_style
        if y < self.header_height:
            head = base + self.get_component_rich_style("line--header")
            return _strip(self.draw_header(width, y), width, head)
        index = y - self.header_height + round(self.scroll_y)
        if index >= self.row_count:
            return self._hint_line(y, width) or Strip.blank(width, base)
        strip = _strip(self.draw_row(index, width), width, base)
        return self.draw_cursor(strip) if index == self.cursor else strip

    def _hint_line(self, y: int, width: int) -> Strip | None:
        if self.row_count or not self.hint:
            return None
        style = self.get_component_rich_style("line--hint")
        return hint_line(self.hint, y, (width, self.size.height), self.rich_style + style)

    def draw_cursor(self, strip: Strip) -> Strip:
        """The row that the cursor stands on."""
        if self.has_focus:
            return over(strip, self.get_component_rich_style("line--cursor", partial=True))
        blurred = self.get_component_rich_style("line--cursor-blurred", partial=True)
        return over(strip, Style(bgcolor=blurred.bgcolor, underline=blurred.underline))


def over(strip: Strip, style: Style) -> Strip:
    """The same strip with a style that goes over its own."""
    return Strip([Segment(text, (own or Style()) + style) for text, own, _ in strip], strip.cell_length)


def _strip(segments: list[Segment], width: int, base: Style) -> Strip:
    return Strip(segments).adjust_cell_length(width).apply_style(base)
