"""One named value in a form."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.widgets import Button, Static, TextArea

from synterm.text import one_line
from synterm.tui.widgets.prompt.document import PromptDocument


class ExactArea(TextArea):
    """A small text area whose text is kept to the letter: a form feed, or a mixture of line ends."""

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(text, tab_behavior="focus", compact=True, id=id)

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document("", None)
        self.document = PromptDocument(text)
        self.wrapped_document = WrappedDocument(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._rewrap_and_refresh_virtual_size()


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
        yield ExactArea(self._text)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.query_one(ExactArea).text

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.remove()
