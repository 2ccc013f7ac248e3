"""One line to find a text in the editor."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, Input, Static

from synterm.tui.widgets.prompt.area import PromptArea

_MOST_HITS = 10_000


class FindBar(Horizontal):
    """Finds literally, in any case of letters; the cursor stays at what was found when the bar closes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", tooltip="Close the find bar; the cursor stays", id="find.close"),
        Binding("enter,down,ctrl+f", "next(1)", "Next", tooltip="The next match", id="find.next", priority=True),
        Binding(
            "shift+enter,up", "next(-1)", "Previous", tooltip="The match before", id="find.previous", priority=True
        ),
    ]
    DEFAULT_CSS = """
    FindBar {
        height: 1; display: none; background: $panel;
        & > Input { width: 1fr; border: none; height: 1; padding: 0 1; background: $panel; }
        & > Static { width: auto; padding: 0 1; color: $text-muted; }
        & > Button { width: auto; min-width: 3; height: 1; border: none; padding: 0; background: $panel; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._area: PromptArea | None = None
        self._places: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        """What to find, how often it is there, and buttons."""
        yield Input(placeholder="find in this tab", compact=True)
        yield Static(id="find-count", markup=False)
        yield Button("↑", id="find-previous", compact=True)
        yield Button("↓", id="find-next", compact=True)
        yield Button("✕", id="find-close", compact=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is nothing to close or to step through while the bar is closed."""
        return self.display

    def open(self, area: PromptArea) -> None:
        """Find in an editor, at first what is selected there."""
        self._area = area
        self.display = True
        field = self.query_one(Input)
        selected = area.selected_text
        if selected and "\n" not in selected and len(selected) < 100:
            field.value = selected
        field.focus()
        field.action_select_all()
        self._seek(here=True)

    def close(self, *, focus: bool = True) -> None:
        """Show no matches any more."""
        if self._area is not None:
            self._area.seek(None)
            if focus:
                self._area.focus()
        self.display = False
        self._area = None

    def action_close(self) -> None:
        """Close the bar."""
        self.close()

    def action_next(self, by: int) -> None:
        """Go to the next match, or to the one before."""
        needle = self._needle()
        if self._area is not None and needle and self._area.find(needle, backwards=by < 0):
            self._show_count()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._seek(here=True)

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.id == "find-close":
            self.close()
        else:
            self.action_next(1 if event.button.id == "find-next" else -1)

    def _needle(self) -> re.Pattern[str] | None:
        text = self.query_one(Input).value
        return re.compile(re.escape(text), re.IGNORECASE) if text else None

    def _seek(self, *, here: bool) -> None:
        if self._area is None:
            return
        needle = self._needle()
        self._area.seek(needle)
        if needle:
            self._area.find(needle, backwards=False, here=here)
        self._count(self._area, needle)

    @work(exclusive=True, exit_on_error=False)
    async def _count(self, area: PromptArea, needle: re.Pattern[str] | None) -> None:
        self._places = await asyncio.to_thread(_places, list(area.lines), needle) if needle else []
        self._show_count()

    def _show_count(self) -> None:
        area, total = self._area, len(self._places)
        if area is None:
            return
        words = "no match" if self._needle() else ""
        if total:
            more = "+" if total >= _MOST_HITS else ""
            words = f"{area.hit_number(self._places)} of {total:,}{more}"
        self.query_one("#find-count", Static).update(Content(words))


def _places(lines: Sequence[str], needle: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the first matches begin."""
    found: list[tuple[int, int]] = []
    for row, line in enumerate(lines):
        found += [(row, hit.start()) for hit in needle.finditer(line)]
        if len(found) >= _MOST_HITS:
            return found[:_MOST_HITS]
    return found
