"""A box to tick, whose state does not hang on a colour."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """Shows ``[x]`` or ``[ ]``: Textual's own has the same cross for both, and only its colour tells them apart."""

    @property
    def _button(self) -> Content:
        return Content("[x]" if self.value else "[ ]")
