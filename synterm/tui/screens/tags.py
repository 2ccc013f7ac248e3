"""Adding tags to cases, and taking them away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from synterm.text import one_line, plural
from synterm.tui.screens.confirm import DIALOG_CSS


class Tagging(NamedTuple):
    """What is to become of the tags of some cases."""

    add: tuple[str, ...]
    drop: tuple[str, ...]


class TagsScreen(ModalScreen[Tagging | None]):
    """One line: ``typo -terse`` adds one tag and takes another away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="tags.back", tooltip="Leave the tags as they are")
    ]
    DEFAULT_CSS = (
        "TagsScreen { align: center middle;"
        + DIALOG_CSS
        + """
        & Input { height: 1; border: none; padding: 0; background: $panel; }
        & Static { color: $text-muted; margin-top: 1; }
    }
    """
    )

    def __init__(self, count: int, present: Sequence[str], known: Sequence[str]) -> None:
        """`present`: tags of the cases; `known`: of the project."""
        super().__init__()
        self._count = count
        self._present = present
        self._known = known

    def compose(self) -> ComposeResult:
        """The line, and what tags there are."""
        with Vertical() as box:
            box.border_title = Content(f"Tags of {plural(self._count, 'case')}")
            box.border_subtitle = Content("enter saves · esc goes back")
            offered = [*self._known, *(f"-{tag}" for tag in self._present)]
            yield Input(placeholder="typo -terse", compact=True, suggester=SuggestFromList(offered))
            yield Static(Content(one_line(f"has: {' '.join(self._present) or 'no tags'}", 300)))
            yield Static(Content("a tag is added; with - before it, it is taken away"))

    def on_mount(self) -> None:
        """Ready to type."""
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        words = event.value.split()
        drop = tuple(word[1:] for word in words if word.startswith("-") and word != "-")
        add = tuple(word for word in words if not word.startswith("-"))
        self.dismiss(Tagging(add, drop) if add or drop else None)
