"""Choosing a theme: what the cursor stands on is what the workbench wears."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from synterm.text import one_line


class ThemeScreen(ModalScreen[str | None]):
    """Dismissed with the theme that is kept, or None: then all is as it was."""

    BINDING_GROUP_TITLE = "Themes"
    HELP = "Every theme, tried on as you go through the list."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "restore", "Back", id="theme.back", tooltip="Close, and wear what was worn before"),
    ]
    DEFAULT_CSS = """
    ThemeScreen {
        background: transparent;
        align: right top;
        & > Vertical {
            width: 34; max-width: 100%; height: auto; max-height: 90%; margin: 1 1;
            background: $surface; border: round $primary;
            border-title-color: $text-primary; border-subtitle-color: $text-muted;
        }
        & OptionList { height: auto; max-height: 100%; border: none; background: transparent; padding: 0; }
        & OptionList:focus { border: none; background-tint: transparent; }
    }
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = list(names)
        self._worn = ""

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical() as box:
            box.border_title = Content("Theme")
            box.border_subtitle = Content("enter keeps · esc restores")
            yield OptionList(*(Option(Content(f" {one_line(name, 28)}")) for name in self._names))

    def on_mount(self) -> None:
        """Begin with the one that is worn."""
        self._worn = self.app.theme
        themes = self.query_one(OptionList)
        themes.highlighted = self._names.index(self._worn) if self._worn in self._names else 0

    @on(OptionList.OptionHighlighted)
    def _try_on(self, event: OptionList.OptionHighlighted) -> None:
        name = self._names[event.option_index]
        if name in self.app.available_themes:
            self.app.theme = name

    @on(OptionList.OptionSelected)
    def _keep(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._names[event.option_index])

    def action_restore(self) -> None:
        """Wear what was worn before."""
        self.app.theme = self._worn
        self.dismiss(None)
