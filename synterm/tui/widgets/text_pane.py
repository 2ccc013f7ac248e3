"""A text in a frame that scrolls, and is exchanged without laying out the whole screen anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class TextPane(ScrollView, can_focus=True):
    """Shows one text, wrapped to its width. As long as texts fit, to show another one costs what drawing those of its
    lines does that say something else."""

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
        before, scrolled = self._strips, round(self.scroll_y) != 0
        self.text = text
        self._width = 0
        self._wrap()
        if scrolled:
            self.scroll_to(y=0, animate=False)
            self.refresh()
        elif lines := [line for line in _changed(before, self._strips) if line < self.size.height]:
            self.refresh(*(Region(0, line, self._width, 1) for line in lines))

    def on_resize(self) -> None:
        """The width decides where lines end."""
        if self._wrap():
            self.refresh()

    def notify_style_update(self) -> None:
        """Another theme has other colours."""
        super().notify_style_update()
        self._width = 0

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.scroll_relative(y=by, animate=False)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Some lines of the screen."""
        self._wrap()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        at, style = y + round(self.scroll_y), self.visual_style.rich_style
        if at >= len(self._strips):
            return Strip.blank(self._width, style)
        return self._strips[at].adjust_cell_length(self._width, style)

    def _wrap(self) -> bool:
        """Wrap the text where that was not done for this width; gives whether it was done now."""
        width = self.scrollable_content_region.width
        if width <= 0 or width == self._width:
            return False
        self._width = width
        self._strips = Visual.to_strips(self, self.text, width, None, self.visual_style)
        # The same size while the text fits: another one would have the whole screen laid out anew.
        self.virtual_size = Size(width, max(len(self._strips), self.scrollable_content_region.height))
        return True


def _changed(before: Sequence[Strip], now: Sequence[Strip]) -> Iterator[int]:
    return (line for line, (old, new) in enumerate(zip_longest(before, now)) if old != new)
