"""A question that is asked once, before something is destroyed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from synterm.text import printable


class ConfirmScreen(ModalScreen[bool]):
    """Dismissed with True when the answer is yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "dismiss(False)", "No", id="confirm.no", tooltip="Leave everything as it is"),
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("left,right", "other", "Other answer", show=False),
    ]
    DEFAULT_CSS = """
    ConfirmScreen {
        align: center middle;
        & > Vertical {
            width: 68; max-width: 95%; height: auto; padding: 1 2;
            background: $surface; border: round $warning; border-title-color: $text-warning;
        }
        & Horizontal { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 2; }
    }
    """

    def __init__(self, title: str, text: str, deed: str) -> None:
        """`deed`: what the button says that does it."""
        super().__init__()
        self._title = title
        self._text = text
        self._deed = deed

    def compose(self) -> ComposeResult:
        """What will be gone, and the choice."""
        with Vertical() as box:
            box.border_title = Content(self._title)
            yield Static(Content(printable(self._text)))
            with Horizontal():
                yield Button(Content("No (esc)"), id="no")
                yield Button(Content(f"{self._deed} (y)"), id="yes", variant="error")

    def on_mount(self) -> None:
        """Enter, pressed without reading, destroys nothing."""
        self.query_one("#no").focus()

    def action_other(self) -> None:
        """Go to the other button."""
        self.query_one("#yes" if self.query_one("#no").has_focus else "#no").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
