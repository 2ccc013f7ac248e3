"""Choosing one of several, by typing a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from synterm.text import one_line, printable
from synterm.tui.screens.confirm import DIALOG_CSS

Choice = tuple[str, str]
"""What it is, and what is shown."""


class ChooseScreen(ModalScreen[str | None]):
    """Shows choices under a filter. Dismissed with the chosen one, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="choose.back", tooltip="Choose nothing"),
        Binding(
            "down",
            "cursor('cursor_down')",
            "Next",
            show=False,
            id="choose.next",
            tooltip="To the next choice",
            priority=True,
        ),
        Binding(
            "up",
            "cursor('cursor_up')",
            "Previous",
            show=False,
            id="choose.previous",
            tooltip="To the choice before",
            priority=True,
        ),
    ]
    DEFAULT_CSS = (
        "ChooseScreen { align: center middle;"
        + DIALOG_CSS
        + """
        & Input { height: 1; border: none; padding: 0; margin-bottom: 1; background: $panel; }
        & OptionList { height: auto; max-height: 16; border: none; background: transparent; padding: 0; }
        & Static { color: $text-muted; margin-bottom: 1; }
    }
    """
    )

    def __init__(self, title: str, choices: Sequence[Choice], note: str = "") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._note = note

    def compose(self) -> ComposeResult:
        """The filter, and what fits it."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 60))
            box.border_subtitle = Content("enter chooses · esc goes back")
            if self._note:
                yield Static(Content(printable(self._note)))
            yield Input(placeholder="type a part of it", compact=True)
            yield OptionList()

    def on_mount(self) -> None:
        """All choices, and the filter ready."""
        self._fill("")
        self.query_one(Input).focus()

    def action_cursor(self, action: str) -> None:
        """Move among the choices while one types."""
        getattr(self.query_one(OptionList), f"action_{action}")()

    def _fill(self, part: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        wanted = part.casefold().split()
        fitting = [choice for choice in self._choices if all(word in choice[1].casefold() for word in wanted)]
        options.add_options(
            Option(Content(one_line(shown, 200)), id=f"c{self._choices.index((name, shown))}")
            for name, shown in fitting
        )
        if fitting:
            options.highlighted = 0

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.query_one(OptionList).action_select()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        assert event.option.id is not None
        self.dismiss(self._choices[int(event.option.id[1:])][0])
