"""The workbench as an application."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import constants, events, on, work
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input, TextArea

from synterm.errors import ProjectError, SettingsError
from synterm.hidden import hidden
from synterm.providers.registry import Providers
from synterm.settings import Settings, load_settings, settings_path
from synterm.settings_file import change_setting
from synterm.storage.project import Project
from synterm.strays import told_to
from synterm.text import printable
from synterm.tui.actions import sections
from synterm.tui.commands import WorkbenchCommands
from synterm.tui.failures import Hearing
from synterm.tui.guard import guard_terminal
from synterm.tui.keys import check_keys
from synterm.tui.leaving import in_order
from synterm.tui.look.dress import Dress
from synterm.tui.look.sheet import Sheet
from synterm.tui.look.theme_file import complete
from synterm.tui.pacing import PacedScreen, paint_less_on_focus
from synterm.tui.pauses import quiet_python
from synterm.tui.remembered import recall, remember_tour
from synterm.tui.screens.confirm import ConfirmScreen, HoldsText
from synterm.tui.screens.workbench.evaluating import EvaluatingScreen
from synterm.tui.screens.workbench.screen import WorkbenchScreen
from synterm.tui.trust.asking import Asking
from synterm.tui.widgets.restricted_line import RestrictedLine
from synterm.tui.widgets.row_editor import LineInput


class WorkbenchApp(Hearing):
    """Shows one open project. Whoever opened the project closes it."""

    TITLE = "synterm"
    CSS_PATH = "app.tcss"
    BINDING_GROUP_TITLE = "Everywhere"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+q", "quit", "Quit", id="app.quit", tooltip="Leave; asks where something is not saved", priority=True
        ),
        Binding(
            "ctrl+p",
            "command_palette",
            "Palette",
            show=False,
            id="app.palette",
            tooltip="Find every command by its name",
            priority=True,
        ),
        Binding("question_mark", "keys", "Keys", id="app.keys", tooltip="All keys, those of this pane first"),
        Binding(
            "f1",
            "keys",
            "Keys",
            id="app.help",
            tooltip="All keys, also where text is typed and in every form",
            priority=True,
        ),
        Binding("comma", "settings", "Settings", show=False, id="app.settings", tooltip="See and change your settings"),
        Binding(
            "f8",
            "trust",
            "Trust",
            show=False,
            id="app.trust",
            tooltip="See what this project may do here, and trust it or not",
            priority=True,
        ),
    ]
    COMMANDS = {WorkbenchCommands}  # noqa: RUF012
    ALLOW_IN_MAXIMIZED_VIEW = "KeyFooter, RestrictedLine"

    def __init__(
        self,
        project: Project,
        settings: Settings,
        providers: Providers,
        *,
        tour: bool = False,
        told: Sequence[str] = (),
    ) -> None:
        """`tour`: whether to begin with the first steps. `told`: what the user is to know from the start."""
        super().__init__()
        paint_less_on_focus()
        self.stylesheet = Sheet(variables=self.get_css_variables())
        self._project = project
        self._settings = settings
        self._providers = providers
        self._tour = tour
        self._told = told
        self._dress = Dress(self)
        self._leaving: ConfirmScreen | None = None
        self.recent: list[str] = []
        """The titles of the commands that the palette ran, newest first."""
        self.failure: Exception | None = None
        """What went wrong inside, if the app ended by it."""
        self._workbench: WorkbenchScreen | None = None
        self._asking: Asking | None = None

    def on_mount(self) -> None:
        """Dress, and show the workbench."""
        self._dress.start(self._settings.theme)
        screen = self._workbench = WorkbenchScreen(self._project, self._providers, self._settings)
        self.push_screen(screen)
        self._take(self._settings)
        for text in self._told:
            self._warn(text)
        self._asking = Asking(self, screen)
        if self._asking.restricted:
            screen.call_after_refresh(self._asking.ask, self.action_tour if self._tour else None)
        elif self._tour:
            screen.call_after_refresh(self.action_tour)

    async def on_event(self, event: events.Event) -> None:
        """What someone does is painted soon."""
        if isinstance(event, events.InputEvent) and isinstance(self.screen, PacedScreen):
            self.screen.hurry()
        await super().on_event(event)

    async def on_unmount(self) -> None:
        """Stop the models."""
        await self._providers.close()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Where nothing may move, cursors don't blink."""
        if isinstance(event.widget, Input | TextArea):
            event.widget.cursor_blink = self.animation_level != "none"

    @property
    def unsaved(self) -> str:
        """Why something that was typed is not on disk; empty when all is. All is tried once the project is closed."""
        return self._workbench.session.drafts.problem if self._workbench else ""

    @property
    def escape_to_minimize(self) -> bool:
        """Whether escape takes back the zoom: not from who edits a row, where it means what is typed."""
        return super().escape_to_minimize and not isinstance(self.focused, LineInput)

    @property
    def themes(self) -> Sequence[str]:
        """The names of all themes, those from files first."""
        return self._dress.names

    def get_default_screen(self) -> Screen[Any]:
        """What lies under the workbench, and is never painted."""
        return PacedScreen()

    def get_theme(self, theme_name: str) -> Theme | None:
        """A theme by its name, with quiet text that can be read."""
        theme = super().get_theme(theme_name)
        return complete(theme) if theme else None

    def use_settings(self, settings: Settings) -> None:
        """Take up what can be changed while the workbench is open."""
        self._settings = settings
        self._dress.wear(settings.theme)
        for screen in self.screen_stack:
            if isinstance(screen, EvaluatingScreen):
                screen.use_settings(settings)
        self._take(settings)

    async def keep_theme(self, name: str) -> None:
        """Wear a theme from now on, also after the next start."""
        self._dress.wear(name)
        try:
            self.use_settings(await asyncio.to_thread(change_setting, "theme", name))
        except SettingsError as error:
            self._warn(f"{name} is worn, but not kept: {error}")

    async def action_quit(self) -> None:
        """Leave; asks where something that was typed would be lost."""
        lost = [words for screen in self.screen_stack if isinstance(screen, HoldsText) and (words := screen.unsaved)]
        if not lost:
            self.exit()
        elif self._leaving not in self.screen_stack:
            self._leaving = ConfirmScreen("Leave synterm?", "\n".join(lost), "Leave")
            self.push_screen(self._leaving, self._left)

    def _left(self, really: bool | None) -> None:
        if really:
            self.exit()

    @work(exit_on_error=False)
    async def action_theme(self) -> None:
        """Choose a theme."""
        await self.choose_theme()

    async def choose_theme(self) -> None:
        """Let the user choose a theme; waits for the choice, so it must be called in a worker."""
        from synterm.tui.screens.theme import ThemeScreen

        self._dress.watch()
        name = await self.push_screen_wait(ThemeScreen(self.themes))
        if name is not None:
            await self.keep_theme(name)

    @work(exit_on_error=False)
    async def action_keys(self) -> None:
        """Show all keys, and do what is chosen there."""
        from synterm.tui.screens.keys import KeysScreen

        if isinstance(self.screen, KeysScreen):
            self.screen.dismiss(None)
        elif action := await self.push_screen_wait(KeysScreen(sections(self.screen))):
            await action.run()

    def action_settings(self) -> None:
        """Show the settings."""
        from synterm.tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen(self.use_settings, self.choose_theme))

    @on(RestrictedLine.Pressed)
    def action_trust(self) -> None:
        """Show what the project may do here, and ask whether it may."""
        if self._asking:
            self._asking.ask()

    @work(exit_on_error=False)
    async def action_tour(self) -> None:
        """Show the first steps; they are not shown by themselves again."""
        from synterm.tui.screens.tour import SMALLEST, TourScreen

        workbench = next((screen for screen in self.screen_stack if isinstance(screen, WorkbenchScreen)), None)
        if workbench is None or self.size.width < SMALLEST.width or self.size.height < SMALLEST.height:
            return
        # It gives the focus back to who had it, which is nobody yet while the panes are filled.
        await workbench.stands.wait()
        await self.push_screen_wait(TourScreen(workbench))
        if problem := await asyncio.to_thread(remember_tour):
            self._warn(f"the tour will be shown again: {problem}")

    def notify(self, message: str, *, title: str = "", **options: Any) -> None:
        """Tell the user something, with no credential in it: errors may quote what was refused."""
        super().notify(hidden(message), title=hidden(title), **options)

    def action_picture(self) -> None:
        """Save a picture of the screen, once the palette is gone from it."""
        self.set_timer(0.1, self.deliver_screenshot)

    def _take(self, settings: Settings) -> None:
        self.animation_level = constants.TEXTUAL_ANIMATIONS if settings.animations else "none"
        keymap, problems = check_keys(settings.keys)
        self.set_keymap(keymap)
        if problems:
            self._warn("\n".join((f"[keys] in {settings_path()}", *problems)))

    def _warn(self, text: str) -> None:
        self.notify(printable(text), severity="warning", timeout=10, markup=False)

    def _fatal_error(self) -> None:
        # No traceback for users, and no local values, which may hold keys: the caller reports `failure`.
        self.bell()
        self._close_messages_no_wait()

    def _handle_exception(self, error: Exception) -> None:
        self.failure = self.failure or error
        super()._handle_exception(error)


def open_workbench(path: Path) -> int:
    """Open the workbench on a project file, until its user leaves or a signal asks for it; gives the exit code.

    Raises SyntermError for a project or settings that can't be used, and whatever went wrong inside.
    """
    guard_terminal()
    quiet_python()
    settings = load_settings()
    memory, told = recall()
    with Project.open(path) as project:
        project.trust.follow_edits()
        providers = Providers.of(project)
        told_all = [words for words in (told, project.notice, *project.responses.spill.take_in()) if words]
        app = WorkbenchApp(project, settings, providers, tour=not memory.tour_seen, told=told_all)
        with told_to(app.hear) as tell, in_order(app):
            app.run()
        for stray in app.strays:
            tell(stray)
        if app.failure:
            raise app.failure
    if app.unsaved:
        raise ProjectError(f"what was typed last in the prompt is not saved: {app.unsaved}", where=str(path))
    return app.return_code or 0
