"""The line of keys at the foot of a screen: what has no room is left out whole, the least important first.

One widget that draws a line. Textual's own footer holds a widget for each key and makes all of them anew whenever the
focus moves, which took longer than what the focus moved to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

_LESS: tuple[str, ...] = (
    "toggle_side",
    "zoom",
    "next_model",
    "pause",
    "ask_again",
    "quit",
    "turn_tab(1)",
    "find",
    "keep",
)
"""What goes first where room is short, by action. All of it stands behind ``?`` and in the palette too."""
_ALWAYS = "keys"
"""Which leads to all the others."""
_PADDING = 3
_EDGE = 2


class FooterKey(NamedTuple):
    """A key that works now."""

    key: str
    """As it is pressed."""
    shown: str
    """As people write it."""
    description: str
    action: str
    enabled: bool
    tooltip: str

    @property
    def width(self) -> int:
        """In cells, with the blanks around it."""
        return cell_len(self.shown) + cell_len(self.description) + _PADDING


class KeyFooter(Widget, can_focus=False):
    """Shows no key in part: half of a name says nothing, and where it ends nobody sees that there are more."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-footer--key", "key-footer--description", "key-footer--edge"}
    DEFAULT_CSS = """
    KeyFooter {
        dock: bottom; height: 1; color: $footer-foreground; background: $footer-background;
        .key-footer--key { color: $footer-key-foreground; background: $footer-key-background; text-style: bold; }
        .key-footer--description { color: $footer-description-foreground; background: $footer-description-background; }
        .key-footer--edge { color: $foreground 20%; background: $footer-background; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[FooterKey, ...] = ()
        self._palette: FooterKey | None = None
        self._under_mouse: FooterKey | None = None

    def compose(self) -> ComposeResult:
        """Nothing: the line is drawn whole."""
        return ()

    def on_mount(self) -> None:
        """Follow what works."""
        self.screen.bindings_updated_signal.subscribe(self, self._look)

    @property
    def shown(self) -> list[FooterKey]:
        """The keys that have room now, from left to right; the palette's is the last."""
        palette = [self._palette] if self._palette else []
        return [*_fitting(self._keys, self._room), *palette]

    def render(self) -> Text:
        """The line."""
        line = Text(no_wrap=True, end="")
        if self.app.screen is not self.screen:
            return line  # a window lies over it, which says its own keys: those of here do nothing now
        for key in _fitting(self._keys, self._room):
            line.append_text(self._drawn(key))
        if self._palette:
            line.append(" " * (self.size.width - line.cell_len - self._palette.width - _EDGE))
            line.append("▏", self.get_component_rich_style("key-footer--edge"))
            line.append_text(self._drawn(self._palette))
        return line

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """What a key does, in more words."""
        key = self._at(event.x)
        if key != self._under_mouse:
            self._under_mouse = key
            self.tooltip = (key.tooltip or None) if key else None
            self.refresh()

    def on_leave(self) -> None:
        """No key is under the mouse any more."""
        self._under_mouse = None
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """As if the key were pressed."""
        key = self._at(event.x)
        if key and key.enabled:
            self.app.simulate_key(key.key)
        elif key:
            self.app.bell()

    @property
    def _room(self) -> int:
        return self.size.width - (self._palette.width + _EDGE if self._palette else 0)

    def _look(self, screen: Screen[object]) -> None:
        """Draw the keys that work now, where they are others than before."""
        if not (self.is_attached and screen is self.screen and screen.app.app_focus):
            return
        found: dict[str, FooterKey] = {}
        palette = None
        for _, binding, enabled, tooltip in screen.active_bindings.values():
            told = tooltip or binding.tooltip or binding.description
            shown = self.app.get_key_display(binding)
            key = FooterKey(binding.key, shown, binding.description, binding.action, enabled, told)
            if binding.action == "command_palette":
                palette = key
            elif binding.show:
                found.setdefault(binding.action, key)
        keys = tuple(found.values())
        if (keys, palette) != (self._keys, self._palette):
            self._keys, self._palette = keys, palette
            self.refresh()

    def _drawn(self, key: FooterKey) -> Text:
        hovered = Style(reverse=True) if key == self._under_mouse else Style()
        dim = Style() if key.enabled else Style(dim=True)
        pressed = self.get_component_rich_style("key-footer--key", partial=True)
        described = self.get_component_rich_style("key-footer--description", partial=True)
        return Text.assemble(
            (f" {key.shown} ", pressed + dim + hovered), (f"{key.description} ", described + dim + hovered)
        )

    def _at(self, column: int) -> FooterKey | None:
        """The key that is drawn at a column."""
        end = 0
        for key in _fitting(self._keys, self._room):
            end += key.width
            if column < end:
                return key
        return self._palette if self._palette and column > self.size.width - self._palette.width - _EDGE else None


def _fitting(keys: Sequence[FooterKey], room: int) -> list[FooterKey]:
    """Those of them that have room, in their order."""
    left_out = set[FooterKey]()
    for key in sorted(keys, key=lambda key: _rank(key, keys)):
        if _width(one for one in keys if one not in left_out) <= room:
            break
        left_out.add(key)
    return [key for key in keys if key not in left_out]


def _rank(key: FooterKey, keys: Sequence[FooterKey]) -> tuple[bool, int, int]:
    """The lowest goes first: what matters less in its order, then what comes last; what leads to all goes never."""
    matters = _LESS.index(key.action) if key.action in _LESS else len(_LESS)
    return key.action == _ALWAYS, matters, -keys.index(key)


def _width(keys: Iterable[FooterKey]) -> int:
    return sum(key.width for key in keys)
