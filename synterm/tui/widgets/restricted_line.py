"""The line above every screen, as long as the project is restricted."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from synterm.tui.trust.words import trust_key

_BADGE = " ⊘ RESTRICTED "
_SAID = (
    (" not trusted: look, edit, export; no model is asked, no plugin runs  ", " shows what it asks for "),
    (" not trusted: no model is asked, no plugin runs  ", " says why "),
    (" not trusted: nothing is asked  ", " says why "),
    (" not trusted  ", " says why "),
    ("  ", " "),
)
"""What is said left and right of the key: the longest that has room."""


class RestrictedLine(Widget):
    """Says that nothing is asked, and which key shows why. A click does the same as the key."""

    class Pressed(Message):
        """Someone wants to know more."""

    COMPONENT_CLASSES = {"restricted--badge", "restricted--key"}  # noqa: RUF012
    # `split`, not `dock`: what is docked at an edge lies over whatever else is docked there.
    DEFAULT_CSS = """
    RestrictedLine {
        split: top;
        height: 1;
        background: $panel;
        color: $foreground;
        & > .restricted--badge { color: $text-error; text-style: bold reverse; }
        & > .restricted--key { color: $text-accent; text-style: bold; }
    }
    """
    can_focus = False

    def render_line(self, y: int) -> Strip:
        """The mark, the words and the key."""
        width, key = self.size.width, trust_key(self)
        badge, accent = (self.get_component_rich_style(f"restricted--{name}") for name in ("badge", "key"))
        fits = (said for said in _SAID if cell_len(f"{_BADGE}{said[0]}{key}{said[1]}") <= width)
        words, hint = next(fits, ("", " "))
        right = Strip([Segment(key, accent), Segment(hint)])
        left = Strip([Segment(_BADGE, badge), Segment(words)])
        left = left.adjust_cell_length(max(width - right.cell_length, left.cell_length))
        return Strip.join([left, right]).adjust_cell_length(width).apply_style(self.visual_style.rich_style)

    def on_click(self) -> None:
        """As the key does."""
        self.post_message(self.Pressed())
