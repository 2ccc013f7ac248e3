"""A scrolling text over the screen that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from synterm.text import one_line, printable

MUTED = "$foreground 65%"
"""The style of what matters less. (``$text-muted`` has no colour of its own inside of a text.)"""


class TextScreen(ModalScreen[None]):
    """Shows parts one below the other, until it is closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss", "Close", id="text.close", tooltip="Close this text"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="list.up", tooltip="One row up"),
    ]
    DEFAULT_CSS = """
    TextScreen {
        align: center middle;
        & > VerticalScroll {
            width: 90%; max-width: 116; height: auto; max-height: 90%;
            background: $surface; border: round $primary; padding: 1 2;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & Static { width: 1fr; height: auto; }
    }
    """

    def __init__(self, title: str, parts: Iterable[Content]) -> None:
        super().__init__()
        self._title = title
        self._parts = tuple(parts)

    def compose(self) -> ComposeResult:
        """One scrolling text."""
        with VerticalScroll() as box:
            box.border_title = Content(one_line(self._title, 100))
            box.border_subtitle = Content("esc closes")
            for part in self._parts:
                yield Static(part, markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)


def section(title: str, note: str = "") -> Content:
    """A headline after an empty line."""
    return Content.assemble("\n", (printable(title), "bold $text-primary"), "  ", (printable(note), MUTED))


def facts(found: Iterable[tuple[str, object]], width: int = 10) -> Content:
    """Names and values, one pair a line."""
    lines = (((f"{printable(name):>{width}}  ", MUTED), printable(str(value))) for name, value in found)
    return Content("\n").join(Content.assemble(*line) for line in lines)
