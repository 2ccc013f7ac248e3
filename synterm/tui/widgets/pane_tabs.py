"""The tabs that stand for the panes where they do not all fit."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

_FIRST = "esc, then a number"


class PaneTabs(Widget):
    """One line: the panes with their numbers, the one on the screen marked."""

    COMPONENT_CLASSES = {"tabs--chosen", "tabs--other"}  # noqa: RUF012
    DEFAULT_CSS = """
    PaneTabs {
        height: 1; padding: 0 1; background: $background;
        & > .tabs--chosen { color: $text-primary; text-style: bold reverse; }
        & > .tabs--other { color: $text-muted; }
    }
    """
    chosen: reactive[int] = reactive(0)
    typing: reactive[bool] = reactive(False)
    """Whether the focus is where the numbers would be typed."""

    class Chosen(Message):
        """Someone wants to see another tab."""

        def __init__(self, tabs: PaneTabs, index: int) -> None:
            super().__init__()
            self.tabs = tabs
            self.index = index

        @property
        def control(self) -> PaneTabs:
            """The tabs."""
            return self.tabs

    def __init__(self, names: tuple[str, ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = names

    def render(self) -> Text:
        """All tabs."""
        text = Text(no_wrap=True, end="")
        for index, label in enumerate(self._labels()):
            text.append(label, self._style("chosen" if index == self.chosen else "other"))
            text.append(" ")
        room = self.content_size.width - text.cell_len
        if self.typing and room >= len(_FIRST):
            text.append(f"{_FIRST:>{room}}", self._style("other"))
        return text

    def on_click(self, event: events.Click) -> None:
        """A click on a tab chooses it."""
        place = event.get_content_offset(self)
        left = 0
        for index, label in enumerate(self._labels()):
            if place and left <= place.x < left + len(label):
                self.post_message(self.Chosen(self, index))
            left += len(label) + 1

    def _labels(self) -> list[str]:
        return [f" {number} {name} " for number, name in enumerate(self._names, start=1)]

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"tabs--{name}")
