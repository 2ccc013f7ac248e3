"""Fetching the embedded model's weights: asked for once, with size and origin said."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, ProgressBar, Static

from synterm.errors import SyntermError
from synterm.providers import weights
from synterm.text import megabytes, printable


class FetchScreen(ModalScreen[bool]):
    """Asks, fetches and shows how far it is. Dismissed with True when the weights are there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(False)", "Not now", id="fetch.later", tooltip="Go on without the embedded model"),
    ]
    DEFAULT_CSS = """
    FetchScreen {
        align: center middle;
        & > Vertical {
            width: 72; max-width: 95%; height: auto; padding: 1 2;
            background: $surface; border: round $primary; border-title-color: $text-primary;
        }
        & Horizontal { height: auto; align-horizontal: right; margin-top: 1; }
        & Button { margin-left: 2; }
        & ProgressBar { margin-top: 1; display: none; }
        & .busy ProgressBar { display: block; }
        & .busy #fetch { display: none; }
    }
    """

    def compose(self) -> ComposeResult:
        """What will be fetched, and the choice."""
        with Vertical() as box:
            box.border_title = Content("The embedded model")
            say = (
                f"This project's model runs on this machine. synterm {weights.describe()}.\n\n"
                "Once; afterwards it works offline, without key or account."
            )
            yield Static(Content(printable(say)), id="say")
            yield ProgressBar(total=None, show_eta=False)
            with Horizontal():
                yield Button("Not now", id="later")
                yield Button("Fetch it", id="fetch", variant="primary")

    def on_mount(self) -> None:
        """The usual answer is one key away."""
        self.query_one("#fetch").focus()

    @on(Button.Pressed, "#later")
    def _later(self) -> None:
        self.dismiss(False)

    @on(Button.Pressed, "#fetch")
    def _fetch(self) -> None:
        self.query_one(Vertical).add_class("busy")
        self._run()

    @work(exclusive=True, exit_on_error=False)
    async def _run(self) -> None:
        try:
            await weights.fetch(self._progress)
        except SyntermError as error:
            self.query_one(Vertical).remove_class("busy")
            self.query_one("#say", Static).update(Content(printable(f"{error}\n{error.hint or ''}")))
        else:
            self.dismiss(True)

    def _progress(self, done: int, total: int) -> None:
        self.query_one(ProgressBar).update(total=total, progress=done)
        self.query_one("#say", Static).update(Content(f"Fetching {megabytes(done)} of {megabytes(total)} …"))
