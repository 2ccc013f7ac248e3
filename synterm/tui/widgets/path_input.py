"""The line in which a path is typed, or pasted as terminals paste a file that is dropped on them."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from synterm.text import printable
from synterm.tui.imports.paths import completed_path, pasted_path


class _Paths(Suggester):
    """Goes on with what is typed, as far as there is only one way."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return await asyncio.to_thread(completed_path, value)


class PathInput(Input):
    """Takes a whole path when one is pasted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.browse", "Browse", id="import.browse", show=False, tooltip="Go to the list of files"),
    ]

    class Pasted(Message):
        """A path was pasted: it is meant as it is."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, suggester=_Paths(), compact=True, id=id, select_on_focus=False)

    def on_paste(self, event: events.Paste) -> None:
        """Another path takes the place of this one."""
        event.stop()
        event.prevent_default()
        if path := pasted_path(event.text):
            self.post_message(self.Pasted(path))

    def take(self, path: str) -> None:
        """Have this path stand here, the cursor behind it; nobody is told of it."""
        with self.prevent(Input.Changed):
            self.value = printable(path)
        self.cursor_position = len(self.value)
