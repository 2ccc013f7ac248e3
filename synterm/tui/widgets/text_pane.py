"""A text in a frame that scrolls, and is exchanged without laying out the whole screen anew."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class TextPane(ScrollView, can_focus=True):
    """Shows one text, wrapped to its width. As long as texts fit, to show another one costs what drawing it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="list.up", tooltip="One row up"),
    ]
    DEFAULT_CSS = """
    TextPane { background: transparent; scrollbar-size-vertical: 1; overflow-x: hidden; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.text = Content("")
        """What is shown."""
        self._strips: list[Strip] = []
        self._width = 0

    def show(self, text: Content) -> None:
        """Show another text, from its beginning."""
        self.text = text
        self._width = 0
        self._wrap()
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def on_resize(self) -> None:
        """The width decides where lines end."""
        self._wrap()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._width = 0

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.scroll_relative(y=by, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        self._wrap()
        at = y + round(self.scroll_y)
        width, style = self.scrollable_content_region.width, self.visual_style.rich_style
        if at >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[at].adjust_cell_length(width, style)

    def _wrap(self) -> None:
        width = self.scrollable_content_region.width
        if width <= 0 or width == self._width:
            return
        self._width = width
        self._strips = Visual.to_strips(self, self.text, width, None, self.visual_style)
        # The same size while the text fits: another one would have the whole screen laid out anew.
        self.virtual_size = Size(width, max(len(self._strips), self.scrollable_content_region.height))
