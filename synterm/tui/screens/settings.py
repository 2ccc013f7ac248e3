"""The settings: each with its value and meaning, changed in place and written to the user's file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from synterm.errors import SettingsError
from synterm.settings import Settings, load_settings, settings_path
from synterm.settings_file import change_setting
from synterm.settings_form import default_text, kind, meanings
from synterm.text import one_line, printable
from synterm.tui.setting_text import AT_ONCE, read_value, shown_value
from synterm.tui.widgets.cells import padded

_NAMES = list(Settings.model_fields)
_NAME, _VALUE = 20, 26


class SettingsScreen(ModalScreen[None]):
    """A list of all settings. `apply` is given the settings after each change; `choose_theme` opens that list."""

    BINDING_GROUP_TITLE = "Settings"
    HELP = "What can be set, what it is for, and what is set now; your file keeps its comments."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Close", id="settings.close", tooltip="Leave the line, or the settings"),
        Binding("delete", "reset", "Default", id="settings.reset", tooltip="Take the setting out of your file"),
    ]
    DEFAULT_CSS = """
    SettingsScreen {
        align: center middle;
        & > Vertical {
            width: 96%; max-width: 110; height: auto; max-height: 96%;
            background: $surface; border: round $primary; padding: 0 1;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & OptionList { height: auto; max-height: 16; border: none; background: transparent; padding: 0; }
        & OptionList { text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
        & OptionList:focus { border: none; background-tint: transparent; }
        & Static { height: auto; padding: 0 1; color: $text-muted; }
        & #setting-meaning { min-height: 3; margin-top: 1; color: $foreground; }
        & #setting-said { color: $text-error; display: none; }
        & #setting-said.-said { display: block; }
        & Input { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
        & Input:focus { border: none; }
        & Input.-editing { display: block; }
    }
    """

    def __init__(self, apply: Callable[[Settings], None], choose_theme: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._apply = apply
        self._choose_theme = choose_theme
        self._settings: Settings | None = None
        """None while the file can't be read."""

    def compose(self) -> ComposeResult:
        """The list, what the one under the cursor is for, and a line to type in."""
        with Vertical() as box:
            box.border_title = Content("Settings")
            box.border_subtitle = Content("enter changes · del default · esc closes")
            yield OptionList(id="settings-list")
            yield Static(id="setting-meaning", markup=False)
            yield Input(compact=True, id="setting-value")
            yield Static(id="setting-said", markup=False)
            yield Static(Content(printable(f"in {settings_path()}")), markup=False)

    def on_mount(self) -> None:
        """Read the file afresh: it may have been edited meanwhile."""
        load_settings.cache_clear()
        try:
            self._settings = load_settings()
        except SettingsError as error:
            self._say(f"{error}\nNothing is changed until that is mended in the file.")
        self._show(self.query_one(OptionList).highlighted or 0)

    @on(OptionList.OptionHighlighted)
    def _looked_at(self, event: OptionList.OptionHighlighted) -> None:
        name = _NAMES[event.option_index]
        when = "" if name in AT_ONCE else " Holds from the next start."
        facts = f"{kind(name)}; default {default_text(name)}.{when}"
        self.query_one("#setting-meaning", Static).update(Content(f"{meanings()[name]}\n{facts}"))

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        if self._settings is None:
            return
        name, value = _NAMES[event.option_index], getattr(self._settings, _NAMES[event.option_index])
        if isinstance(value, bool):
            self._change(name, not value)
        elif name == "theme":
            self._pick_theme()
        else:
            self._edit(name, value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        name = self._current
        try:
            value = read_value(name, event.value)
        except SettingsError as error:
            self._say(f"{error}. It takes {kind(name)}.")
            return
        self._change(name, value)

    def action_reset(self) -> None:
        """Have the default again."""
        if self._settings is not None and not self.query_one(Input).has_focus:
            self._change(self._current, None)

    def action_back(self) -> None:
        """Leave the line that is typed in, or the settings."""
        if self.query_one(Input).has_class("-editing"):
            self._end_edit()
        else:
            self.dismiss(None)

    @property
    def _current(self) -> str:
        return _NAMES[self.query_one(OptionList).highlighted or 0]

    @work(exclusive=True, exit_on_error=False)
    async def _pick_theme(self) -> None:
        await self._choose_theme()
        self.on_mount()

    @work(exclusive=True, exit_on_error=False)
    async def _change(self, name: str, value: Any) -> None:
        try:
            self._settings = await asyncio.to_thread(change_setting, name, value)
        except SettingsError as error:
            self._say(str(error))
            return
        self._end_edit()
        self._show(_NAMES.index(name))
        self._apply(self._settings)

    def _edit(self, name: str, value: object) -> None:
        line = self.query_one(Input)
        line.add_class("-editing")
        line.value = shown_value(value)
        line.placeholder = "empty: the default"
        line.focus()

    def _end_edit(self) -> None:
        self.query_one(Input).remove_class("-editing")
        self._say("")
        self.query_one(OptionList).focus()

    def _show(self, cursor: int) -> None:
        rows = self.query_one(OptionList)
        rows.clear_options().add_options(Option(self._row(name)) for name in _NAMES)
        rows.highlighted = cursor

    def _row(self, name: str) -> Content:
        if self._settings is None:
            return Content.assemble(padded(name, _NAME), ("  can't be read", "$text-error"))
        value = shown_value(getattr(self._settings, name)) or "unset"
        own = name in self._settings.model_fields_set
        said = (padded(value, _VALUE), "bold $text-accent" if own else "$text-muted")
        note = "" if own else "default"
        about = one_line(meanings()[name], 160)
        return Content.assemble(
            padded(name, _NAME), "  ", said, "  ", (f"{note:8}", "$text-disabled"), (padded(about, 44), "$text-muted")
        )

    def _say(self, text: str) -> None:
        said = self.query_one("#setting-said", Static)
        said.update(Content(printable(text)))
        said.set_class(bool(text), "-said")
