"""Asking once before something is destroyed."""

from __future__ import annotations

from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from synterm.text import one_line, printable

DIALOG_CSS = """
    & > Vertical {
        width: 72; max-width: 95%; height: auto; max-height: 95%; padding: 1 2;
        background: $surface; border: round $primary; border-title-color: $text-primary;
        border-subtitle-color: $text-muted;
    }
    & .buttons { height: auto; align-horizontal: right; margin-top: 1; }
    & Button { margin-left: 2; }
"""
"""How a question stands on the screen."""


@runtime_checkable
class HoldsText(Protocol):
    """A screen that can hold something typed which is nowhere else."""

    @property
    def unsaved(self) -> str:
        """What would be lost with the screen, in a sentence; empty where nothing would."""
        ...


class ConfirmScreen(ModalScreen[bool]):
    """Says what will be destroyed, and asks. Dismissed with True for yes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding("escape,n", "answer(False)", "No", id="confirm.no", tooltip="Leave everything as it is"),
        Binding("left,up", "app.focus_previous", "Left", show=False, id="confirm.left", tooltip="To the other button"),
        Binding("right,down", "app.focus_next", "Right", show=False, id="confirm.right", tooltip="To the other button"),
    ]
    DEFAULT_CSS = "ConfirmScreen { align: center middle;" + DIALOG_CSS + "}"

    def __init__(self, title: str, text: str, yes: str) -> None:
        """`text`: what will be destroyed, and what is kept; `yes`: the word for doing it."""
        super().__init__()
        self._words = (title, text, yes)

    def compose(self) -> ComposeResult:
        """The question, and the two answers."""
        title, text, yes = self._words
        with Vertical() as box:
            box.border_title = Content(one_line(title, 60))
            box.border_subtitle = Content("y yes · esc no")
            yield Static(Content(printable(text)))
            with Horizontal(classes="buttons"):
                yield Button("Cancel", id="no")
                yield Button(Content(one_line(yes, 30)), id="yes", variant="error")

    def on_mount(self) -> None:
        """The answer that destroys nothing is the nearest."""
        self.query_one("#no").focus()

    def action_answer(self, answer: bool) -> None:
        """Say yes or no."""
        self.dismiss(answer)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")
