"""What a project would be able to do on this machine, and the question whether it may."""

from __future__ import annotations

from time import monotonic
from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from synterm.text import one_line
from synterm.tui.screens.confirm import DIALOG_CSS
from synterm.tui.trust.words import Asked, headline, parts

Answer = Literal["trust", "look", "revoke", "quit"]
"""trust it · look only, and leave it as it is · trust it no more · leave synterm."""

_AROUND = 5
"""Rows that are not the text: the line on top, the frame, and the answers below an empty row."""


class TrustScreen(ModalScreen[Answer]):
    """Shows it in words, and asks. The nearest answer changes nothing; what was not read is not trusted."""

    PATIENCE_S: ClassVar[float] = 0.8
    """So long nobody can have read it: a key that was on its way to something else trusts nothing."""
    BINDING_GROUP_TITLE = "Trust"
    HELP = "What the project would be able to do here, and whether it may."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "trust", "Trust", id="trust.yes", tooltip="Let it do what stands here, and only that"),
        Binding("l,escape", "look", "Look only", id="trust.look", tooltip="Leave it as it is: nothing is asked or run"),
        Binding("r", "revoke", "Trust no more", id="trust.revoke", tooltip="Have it restricted from now on"),
        Binding("q", "leave", "Quit", id="trust.quit", tooltip="Leave synterm"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="list.page_down", tooltip="A page down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up", tooltip="A page up"),
        Binding("end,G", "end", "End", show=False, id="list.end", tooltip="To the end"),
        Binding("left", "app.focus_previous", "Left", show=False, id="confirm.left", tooltip="To the other button"),
        Binding("right", "app.focus_next", "Right", show=False, id="confirm.right", tooltip="To the other button"),
    ]
    DEFAULT_CSS = (
        "TrustScreen { align: center middle;"
        + DIALOG_CSS
        + """
        & > Vertical { width: 100; max-height: 100%; padding: 0 2; }
        & > Vertical.-restricted { border: round $error; border-title-color: $text-error; }
        & VerticalScroll { height: auto; scrollbar-size-vertical: 1; }
        & VerticalScroll > Static { height: auto; margin-top: 1; }
        & #unread { width: 1fr; height: 1; color: $text-accent; }
        & Button { min-width: 9; width: auto; }
    }
    """
    )

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.asked = asked
        self._seen = False
        """Whether its end was on the screen."""
        self._since = 0.0

    def compose(self) -> ComposeResult:
        """The words, and the answers."""
        asked = self.asked
        with Vertical(classes="-restricted" if asked.restricted else "") as box:
            box.border_title = Content(one_line(headline(asked), 90))
            with VerticalScroll(can_focus=False):
                for part in parts(asked):
                    yield Static(part, markup=False)
            with Horizontal(classes="buttons"):
                yield Static(id="unread", markup=False)
                if asked.restricted:
                    yield Button("Quit", id="leave", compact=True)
                    yield Button("Trust it", id="trust", compact=True, disabled=True)
                    yield Button("Look only", id="look", variant="primary", compact=True)
                else:
                    if asked.able:
                        yield Button("Trust it no more", id="revoke", compact=True)
                    yield Button("Close", id="look", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The answer that changes nothing is the nearest."""
        self._since = monotonic()
        box = self.query_one(Vertical)
        keys = "t trust · l look only · q quit" if self.asked.restricted else "r trust no more · esc closes"
        box.border_subtitle = Content(keys if self.asked.restricted or self.asked.able else "esc closes")
        self.query_one("#look").focus()
        self.watch(self._text, "scroll_y", self._read, init=False)
        self.call_after_refresh(self._read)
        self.set_timer(self.PATIENCE_S, self._read)

    def on_resize(self) -> None:
        """More or less of it has room now: the answers stand below it, whatever its length."""
        self._text.styles.max_height = max(self.size.height - _AROUND, 1)
        self.call_after_refresh(self._read)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what there is to answer."""
        if action == "trust":
            return self.asked.restricted
        if action == "revoke":
            return not self.asked.restricted and bool(self.asked.able)
        return action != "leave" or self.asked.restricted

    @property
    def _text(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    @property
    def _can_trust(self) -> bool:
        return self._seen and monotonic() - self._since >= self.PATIENCE_S

    def _read(self) -> None:
        text = self._text
        left = text.max_scroll_y - round(text.scroll_y)
        self._seen = self._seen or (left <= 0 and text.size.height > 0)
        self.query_one("#unread", Static).update(Content(f"▼ {left} more: ↓ or space reads on" if left > 0 else ""))
        for button in self.query("#trust").results(Button):
            button.disabled = not self._can_trust

    def action_scroll(self, by: int) -> None:
        """Scroll a line."""
        self._text.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        """Scroll a page."""
        self._text.scroll_relative(y=by * max(self._text.size.height - 1, 1), animate=False)

    def action_end(self) -> None:
        """Go to the end."""
        self._text.scroll_end(animate=False)

    def action_trust(self) -> None:
        """Trust it, once it could be read."""
        if self._can_trust:
            self.dismiss("trust")
        elif not self._seen:
            self.query_one("#unread", Static).update(Content.styled("▼ first read it all: ↓ or space", "bold reverse"))

    def action_look(self) -> None:
        """Leave it as it is."""
        self.dismiss("look")

    def action_revoke(self) -> None:
        """Trust it no more."""
        self.dismiss("revoke")

    def action_leave(self) -> None:
        """Leave synterm."""
        self.dismiss("quit")

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        await self.run_action(str(event.button.id))
