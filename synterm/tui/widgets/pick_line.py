"""One value out of several, in a line: left and right turn to the next, enter shows all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from synterm.text import one_line


class PickLine(Widget, can_focus=True):
    """Shows the words of the value that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "open", "Choose", id="pick.open", tooltip="Show all that can be chosen"),
        Binding("left", "turn(-1)", "Before", show=False, id="pick.before", tooltip="The one before"),
        Binding("right", "turn(1)", "Next", show=False, id="pick.next", tooltip="The next one"),
    ]
    DEFAULT_CSS = """
    PickLine {
        height: 1; width: 1fr; padding: 0 1; background: $panel;
        &:focus { background: $primary 20%; text-style: bold; }
        &:nocolor:focus, &:ansi:focus { text-style: reverse; }
    }
    """
    value: reactive[str] = reactive("")

    class Changed(Message):
        """Another value is chosen."""

        def __init__(self, line: PickLine, value: str) -> None:
            super().__init__()
            self.line = line
            self.value = value

        @property
        def control(self) -> PickLine:
            """The line."""
            return self.line

    class Opened(Message):
        """Someone wants to see all that can be chosen."""

        def __init__(self, line: PickLine) -> None:
            super().__init__()
            self.line = line

        @property
        def control(self) -> PickLine:
            """The line."""
            return self.line

    def __init__(self, title: str, choices: Sequence[tuple[str, str]], value: str = "", *, id: str) -> None:
        """`choices`: values and their words; `value` is the first one where it is none of them."""
        super().__init__(id=id)
        self.title = title
        self.choices = tuple(choices)
        self.set_reactive(PickLine.value, value if value in dict(choices) else self.choices[0][0])

    def offer(self, choices: Sequence[tuple[str, str]]) -> None:
        """Have other choices; the value stays, if it is one of them."""
        self.choices = tuple(choices)
        if self.value not in dict(choices):
            self.value = self.choices[0][0]
        self.refresh()

    def watch_value(self, value: str) -> None:
        """Tell of it."""
        self.post_message(self.Changed(self, value))

    def render(self) -> Content:
        """The words, between what says that there are others."""
        words = one_line(dict(self.choices).get(self.value, self.value), max(self.size.width - 6, 4))
        if len(self.choices) < 2:
            return Content(words)
        return Content.assemble(("◂ ", "$text-muted"), words, (" ▸", "$text-muted"))

    def action_open(self) -> None:
        """Ask for all of them."""
        self.post_message(self.Opened(self))

    def action_turn(self, by: int) -> None:
        """Turn to another one."""
        values = [value for value, _ in self.choices]
        self.value = values[(values.index(self.value) + by) % len(values)]

    def on_click(self, event: events.Click) -> None:
        """A click shows all."""
        event.stop()
        self.action_open()
