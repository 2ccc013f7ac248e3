"""The last line of defence for the terminal.

Every text is made printable where it comes in; this holds for whatever slips past, and for what is edited as it is:
no character that some text carries acts on the terminal, leads anywhere, or moves what stands beside it. Leans on
internals of Textual 8.2.
"""

from __future__ import annotations

from typing import Any, cast

from rich.cells import cell_len, get_character_cell_size, set_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.expand_tabs import expand_tabs_inline
from textual.strip import Strip
from textual.widgets import Input, TextArea

from synterm.text import visible

_TAB = 4


def guard_terminal() -> None:
    """Have all text that Textual draws pass through here. Calling it again changes nothing."""
    if not getattr(Strip.render_style, "guarded", False):
        _guard_strips()
        _guard_fields()


def _guard_strips() -> None:
    draw, render = Strip.render_style, Strip.render

    def render_style(cls: type[Strip], style: Style, text: str, *args: Any, **options: Any) -> str:
        # A link that a text brought along would be clickable, and its address could hold anything.
        return draw(style.update_link(None) if style.link else style, _drawable(text), *args, **options)

    def whole(self: Strip, console: Console) -> str:
        # What has no style is written without `render_style`.
        if any(segment.style is None and _drawable(segment.text) != segment.text for segment in self):
            return Strip([Segment(_drawable(text), style) for text, style, _ in self]).render(console)
        return render(self, console)

    render_style.guarded = True  # pyright: ignore[reportFunctionMemberAccess]
    Strip.render_style = classmethod(render_style)  # pyright: ignore[reportAttributeAccessIssue]
    Strip.render = whole


def _drawable(text: str) -> str:
    """`text` as one line of the width that it was measured with, in which nothing acts on a terminal."""
    if text.isprintable():
        return text
    shown = visible(text).replace("\n", "␊").replace("\t", "␉")
    return shown if shown == text else set_cell_size(shown, cell_len(text))


def _guard_fields() -> None:
    """Fields hold a text as it is, and show one character for each of it: so the cursor is where it seems to be."""
    value = cast("property", Input.__dict__["_value"]).fget
    assert value is not None

    def shown(self: Input) -> Text:
        text = visible(self.value)
        if text == self.value or self.password:
            return value(self)
        made = Text(text, no_wrap=True, overflow="ignore", end="")
        return self.highlighter(made) if self.highlighter else made

    def to_cell(self: Input, position: int) -> int:
        return cell_len(expand_tabs_inline(visible(self.value[:position]), _TAB))

    def to_index(self: Input, offset: int) -> int:
        left, wanted = 0, offset + self.scroll_offset.x
        for index, char in enumerate(visible(self.value)):
            left += get_character_cell_size(char)
            if wanted < left:
                return index
        return len(self.value)

    def line(self: TextArea, line_index: int) -> Text:
        return Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)

    Input._value = property(shown)  # pyright: ignore[reportAttributeAccessIssue, reportPrivateUsage]
    Input._position_to_cell = to_cell  # pyright: ignore[reportPrivateUsage]
    Input._cell_offset_to_index = to_index  # pyright: ignore[reportPrivateUsage]
    TextArea.get_line = line
