"""One named value in a form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Button, Static, TextArea

from synterm.text import one_line


class ValueField(Vertical):
    """A name, its text, and a button that takes both away."""

    DEFAULT_CSS = """
    ValueField {
        height: auto;
        & > Horizontal { height: 1; }
        & Static { color: $text-muted; width: 1fr; }
        & Button { min-width: 3; width: 3; }
    }
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.value_name = name
        self._text = text

    def compose(self) -> ComposeResult:
        """The name above the text."""
        with Horizontal():
            yield Static(Content(one_line(self.value_name, 60)))
            yield Button("✕", compact=True, tooltip="Take this value away")
        yield TextArea(self._text, tab_behavior="focus", compact=True)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.query_one(TextArea).text

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.remove()
