"""The floor for a key: one stock text area and nothing else, on the text in the file FILE."""

from __future__ import annotations

import sys
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class Bare(App[None]):
    """Shows the text."""

    def compose(self) -> ComposeResult:
        """The text area."""
        yield TextArea(Path(sys.argv[1]).read_text(encoding="utf-8"), soft_wrap=True, show_line_numbers=True)


if __name__ == "__main__":
    Bare().run()
