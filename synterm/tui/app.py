"""The workbench as an application."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from synterm.providers.registry import Providers
from synterm.settings import Settings, load_settings
from synterm.storage.project import Project
from synterm.text import printable
from synterm.tui.collector import quiet_collector
from synterm.tui.commands import WorkbenchCommands
from synterm.tui.guard import guard_terminal
from synterm.tui.screens.workbench import WorkbenchScreen
from synterm.tui.themes import load_themes


class WorkbenchApp(App[None]):
    """Shows one open project. Whoever opened the project closes it."""

    TITLE = "synterm"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", priority=True)]
    COMMANDS = App.COMMANDS | {WorkbenchCommands}

    def __init__(self, project: Project, settings: Settings, providers: Providers) -> None:
        super().__init__()
        self._project = project
        self._settings = settings
        self._providers = providers
        self.failure: Exception | None = None
        """What went wrong inside, if the app ended by it."""

    def on_mount(self) -> None:
        """Dress, and show the workbench."""
        themes, errors = load_themes()
        for theme in themes:
            self.register_theme(theme)
        self.theme = self._settings.theme if self._settings.theme in self.available_themes else "synterm-dark"
        self.push_screen(WorkbenchScreen(self._project, self._providers, self._settings))
        for error in errors:
            self.notify(printable(str(error)), title="Theme", severity="warning", markup=False)

    async def on_unmount(self) -> None:
        """Stop the models."""
        await self._providers.close()

    def _fatal_error(self) -> None:
        # No traceback for users, and no local values, which may hold keys: the caller reports `failure`.
        self.bell()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)


def open_workbench(path: Path) -> int:
    """Open the workbench on a project file, until its user leaves; gives the exit code.

    Raises SyntermError for a project or settings that can't be used, and whatever went wrong inside.
    """
    guard_terminal()
    quiet_collector()
    settings = load_settings()
    with Project.open(path) as project:
        app = WorkbenchApp(project, settings, Providers(settings.approved_endpoints, fast=settings.fast_path))
        app.run()
        if app.failure:
            raise app.failure
    return app.return_code or 0
