"""Asking whether the project is trusted, and having every screen say where it is not."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from textual.screen import Screen

from synterm.core.capabilities import Capabilities
from synterm.errors import SyntermError
from synterm.storage.trust import VARIABLE
from synterm.text import printable
from synterm.tui.widgets.restricted_line import RestrictedLine

if TYPE_CHECKING:
    from synterm.tui.app import WorkbenchApp
    from synterm.tui.screens.trust import Answer
    from synterm.tui.screens.workbench.screen import WorkbenchScreen

_MORE = "It asks for more by now than what you read, so it stays restricted: look once more."
_VARIABLE = f"Taken off your list, but {VARIABLE} in the environment allows what it asks for."


class Asking:
    """Keeps what an app shows of trust the same as what holds."""

    def __init__(self, app: WorkbenchApp, workbench: WorkbenchScreen) -> None:
        self._app = app
        self._workbench = workbench
        self._standing = workbench.session.standing
        self._standing.tell(self.show)
        app.screen_change_signal.subscribe(app, self._marked)
        self.show()

    @property
    def restricted(self) -> bool:
        """Whether nothing may be asked or run."""
        return self._standing.restricted

    def show(self) -> None:
        """Have all screens say how it stands now."""
        for screen in self._app.screen_stack:
            self._marked(screen)

    def _marked(self, screen: Screen[object]) -> None:
        # It may not be made yet: then once it is.
        screen.call_later(self._mark, screen)

    async def _mark(self, screen: Screen[object]) -> None:
        if not screen.is_running:  # it was closed meanwhile
            return
        lines = screen.query(RestrictedLine)
        if self.restricted and not lines:
            await screen.mount(RestrictedLine(), before=0)
        elif lines and not self.restricted:
            await lines.remove()

    def ask(self, then: Callable[[], object] | None = None) -> None:
        """Show what the project asks for, and do what is answered. `then` is called once it may do that."""
        from synterm.tui.screens.trust import TrustScreen

        if any(isinstance(screen, TrustScreen) for screen in self._app.screen_stack):
            return

        def answered(answer: Answer | None) -> None:
            with self._told():
                self._do(answer, able)
            if then and answer != "quit" and not self.restricted:
                then()

        with self._told():
            asked, able = self._standing.ask()
            self._app.push_screen(TrustScreen(asked), answered)

    @contextmanager
    def _told(self) -> Generator[None]:
        """What goes wrong is told."""
        try:
            yield
        except SyntermError as error:
            words = printable(f"{error}\n{error.hint or ''}".strip())
            self._app.notify(words, title="Trust", severity="error", timeout=15, markup=False)

    def _tell(self, words: str) -> None:
        severity = "warning" if self.restricted else "information"
        self._app.notify(words, title="Trust", severity=severity, timeout=10, markup=False)

    def _do(self, answer: Answer | None, shown: Capabilities) -> None:
        if answer == "trust":
            self._standing.grant(shown)
            said = "Trusted with that, and with nothing else." if not self.restricted else _MORE
            self._tell(said)
        elif answer == "revoke":
            self._standing.revoke()
            self._tell("Restricted from now on: nothing is asked or run." if self.restricted else _VARIABLE)
        elif answer == "quit":
            self._app.call_later(self._app.action_quit)
