"""The line of keys at the foot of a screen: what has no room is left out whole, the least important first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.widgets import Footer
from textual.widgets._footer import FooterKey  # pyright: ignore[reportPrivateUsage] - it is public, its module is not

_LESS: tuple[str, ...] = (
    "toggle_side",
    "zoom",
    "next_model",
    "pause",
    "ask_again",
    "quit",
    "turn_tab(1)",
    "keep",
)
"""What goes first where room is short, by action. All of it stands behind ``?`` and in the palette too."""
_ALWAYS = "keys"
"""Which leads to all the others."""
_PADDING = 3
_EDGE = 2


class KeyFooter(Footer):
    """Shows no key in part: half of a name says nothing, and where it ends nobody sees that there are more."""

    def compose(self) -> ComposeResult:
        """The keys that work now, of which those without room are hidden."""
        shown = list(super().compose())
        self._fit([key for key in shown if isinstance(key, FooterKey)], self.screen.size.width)
        yield from shown

    def on_resize(self, event: events.Resize) -> None:
        """As many as have room now."""
        self._fit(list(self.query(FooterKey)), event.size.width)

    def _fit(self, keys: Sequence[FooterKey], width: int) -> None:
        docked = [key for key in keys if key.has_class("-command-palette")]
        others = [key for key in keys if key not in docked]
        room = width - _EDGE - _width(docked) - len(docked)
        left_out = set[FooterKey]()
        for key in sorted(others, key=lambda key: _rank(key, others)):
            if _width(key for key in others if key not in left_out) <= room:
                break
            left_out.add(key)
        for key in others:
            key.display = key not in left_out


def _rank(key: FooterKey, keys: Sequence[FooterKey]) -> tuple[bool, int, int]:
    """The lowest goes first: what matters less in its order, then what comes last; what leads to all goes never."""
    matters = _LESS.index(key.action) if key.action in _LESS else len(_LESS)
    return key.action == _ALWAYS, matters, -keys.index(key)


def _width(keys: Iterable[FooterKey]) -> int:
    return sum(cell_len(key.key_display) + cell_len(key.description) + _PADDING for key in keys)
