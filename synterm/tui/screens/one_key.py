"""Choosing by one key, or saying it in one's own words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from synterm.text import one_line, printable
from synterm.tui.screens.confirm import DIALOG_CSS

_DEFAULT = "default"
_KEYS = "123456789abcdefghimnopqrsuvwyz"
"""In this order; those that lists and screens move by are left out."""


class OneKeyScreen(ModalScreen[str | None]):
    """Shows choices, each with its key. Dismissed with the chosen one, or with what was typed; None for neither."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="one_key.back", tooltip="Choose nothing"),
        Binding("t,tab", "type", "Type", id="one_key.type", tooltip="Say it in your own words"),
    ]
    DEFAULT_CSS = (
        "OneKeyScreen { align: center middle;"
        + DIALOG_CSS
        + """
        & OptionList, & OptionList:focus {
            height: auto; max-height: 16; border: none; background: transparent; padding: 0;
        }
        & Static { color: $text-muted; margin-bottom: 1; height: auto; }
        & Input { height: 1; border: none; padding: 0; margin-top: 1; background: $panel; }
    }
    """
    )

    def __init__(
        self, title: str, choices: Sequence[str], *, note: str = "", own: str = "", default: str | None = None
    ) -> None:
        """`own`: asks for other words; empty: there are none. `default`: what enter and the key ``x`` choose,
        which gives no reason."""
        super().__init__()
        self._title = title
        self._choices = choices
        self._note = note
        self._own = own
        self._default = default

    def compose(self) -> ComposeResult:
        """The choices, and the line for other words."""
        with Vertical() as box:
            box.border_title = Content(one_line(self._title, 60))
            typing = " · t types" if self._own else ""
            box.border_subtitle = Content(f"one key{typing} · esc goes back")
            if self._note:
                yield Static(Content(printable(self._note)))
            shown = [*((key, words) for key, words in zip(_KEYS, self._choices, strict=False))]
            more = [("·", words) for words in self._choices[len(_KEYS) :]]
            # The first is what enter chooses: it must not be a reason that nobody meant.
            none = Content.assemble((" x  ", "bold $text-accent"), "no reason")
            yield OptionList(
                *([Option(none, id=_DEFAULT)] if self._default is not None else []),
                *(
                    Option(Content.assemble((f" {key}  ", "bold $text-accent"), one_line(words, 200)), id=f"c{at}")
                    for at, (key, words) in enumerate([*shown, *more])
                ),
            )
            if self._own:
                yield Input(placeholder=self._own, compact=True)

    def on_mount(self) -> None:
        """The keys are ready."""
        self.query_one(OptionList).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Not every choice can be something else."""
        return action != "type" or bool(self._own)

    def action_type(self) -> None:
        """Go to the line for other words."""
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Choose by the key."""
        if isinstance(self.focused, Input):
            return
        character = event.character or ""
        if character == "x" and self._default is not None:
            event.stop()
            self.dismiss(self._default)
        elif character and character in _KEYS[: len(self._choices)]:
            event.stop()
            self.dismiss(self._choices[_KEYS.index(character)])

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        assert event.option.id is not None, "all have one"
        if event.option.id == _DEFAULT:
            self.dismiss(self._default)
            return
        self.dismiss(self._choices[int(event.option.id[1:])])

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip() or self._default)
