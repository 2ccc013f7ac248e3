"""What the workbench wears: themes from files, taken up again when a file changes."""

from __future__ import annotations

import asyncio

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme
from textual.timer import Timer

from synterm.errors import SettingsError
from synterm.text import printable
from synterm.tui.look.theme_file import complete
from synterm.tui.look.themes import DEFAULT, Snapshot, errors_text, load_themes, snapshot

_LOOK_S = 1.0
"""How often the user's theme files are looked at, in seconds."""


class Dress:
    """Keeps the themes of an app the same as their files."""

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._wanted = DEFAULT
        self._seen: Snapshot | None = None
        self._told = ""
        self._timer: Timer | None = None
        self.names: list[str] = []
        """The themes to choose from: those from files, then Textual's own."""

    def start(self, wanted: str) -> None:
        """Take up all themes, and wear one of them; from then on the user's folder is watched, where there is one."""
        for theme in BUILTIN_THEMES.values():
            self._app.register_theme(theme)
        self._wanted, self._seen = wanted, snapshot()
        self._take_up(*load_themes())
        self.wear(wanted)
        if wanted not in self._app.available_themes:
            self._tell(f"there is no theme {wanted!r}; {DEFAULT} is shown instead. , (comma) opens the settings")
        self.watch()

    def wear(self, name: str) -> None:
        """Show a theme from now on. One that is not there is shown when its file comes."""
        self._wanted = name
        self._app.theme = name if name in self._app.available_themes else DEFAULT

    def watch(self) -> None:
        """Look at the user's folder again and again, as long as there is one."""
        if self._timer is None and snapshot() is not None:
            self._timer = self._app.set_interval(_LOOK_S, self._look)

    def _look(self) -> None:
        self._app.run_worker(self._compare(), group="themes", exclusive=True, exit_on_error=False)

    async def _compare(self) -> None:
        # In a thread: the folder may be on a disk that takes its time.
        now = await asyncio.to_thread(snapshot)
        if now is None and self._timer is not None:
            self._timer.stop()
            self._timer = None
        if now != self._seen:
            self._seen = now
            self._take_up(*await asyncio.to_thread(load_themes))

    def _take_up(self, themes: list[Theme], errors: list[SettingsError]) -> None:
        app, before = self._app, self._app.available_themes
        for theme in themes:
            app.register_theme(theme)
        # A theme whose file went or broke stays as it was: it may be the one that is worn.
        own = [theme.name for theme in themes]
        self.names = [*own, *(name for name in app.available_themes if name not in own)]
        if (self._wanted in app.available_themes and self._wanted not in before) or app.theme not in self.names:
            self.wear(self._wanted)
        elif complete(app.available_themes[app.theme]) != before.get(app.theme):
            app.mutate_reactive(App.theme)
        self._tell(errors_text(errors) if errors else "")

    def _tell(self, told: str) -> None:
        if told and told != self._told:
            self._app.notify(printable(told), title="Themes", severity="warning", timeout=10, markup=False)
        self._told = told
