"""What the screens beside the workbench share."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Footer, Static

from synterm.tui.session import Session


class PlaceScreen(Screen[None]):
    """A whole screen about the open project: a title line, its own content, the keys.

    What takes long to read is read in a thread, on a connection of its own (`Project.look`).
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Back", tooltip="Back to the workbench")]
    DEFAULT_CSS = """
    PlaceScreen {
        background: $background;
        & > #place-title { height: 1; background: $panel; padding: 0 1; color: $text-primary; text-style: bold; }
    }
    """
    heading: ClassVar[str] = ""
    """What the screen is called."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        """Title, content, keys."""
        yield Static(Content(f"synterm  {self.session.project.path.name}  {self.heading}"), id="place-title")
        yield from self.compose_place()
        yield Footer()

    def compose_place(self) -> list[Widget]:
        """The content."""
        return []
