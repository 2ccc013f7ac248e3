"""A text editor that knows placeholders."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from synterm.text import printable

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
_NAME = re.compile(r"\{\{-?\s*([A-Za-z_]\w*)")


class PromptArea(TextArea):
    """Highlights Jinja tags; a placeholder that no case has a value for is underlined."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+home",
            "document_end(False)",
            "First line",
            show=False,
            id="prompt.first_line",
            tooltip="To the start of the text",
        ),
        Binding(
            "ctrl+end",
            "document_end(True)",
            "Last line",
            show=False,
            id="prompt.last_line",
            tooltip="To the end of the text",
        ),
    ]
    COMPONENT_CLASSES = TextArea.COMPONENT_CLASSES | {"prompt--tag", "prompt--unknown"}
    DEFAULT_CSS = """
    PromptArea {
        border: none;
        padding: 0;
        background: transparent;
        &:focus { border: none; }
        & > .prompt--tag { color: $text-accent; text-style: bold; }
        & > .prompt--unknown { color: $text-error; text-style: bold underline; }
    }
    """

    def __init__(self, text: str, *, part: str, known: frozenset[str] | None = None, id: str | None = None) -> None:
        super().__init__(text, soft_wrap=True, show_line_numbers=True, tab_behavior="focus", id=id)
        self.part = part
        self.known = known
        """The names that cases give values for; None: not known yet, nothing is underlined."""

    def action_document_end(self, last: bool) -> None:
        """Go to the end of the text, or to its start."""
        self.move_cursor(self.document.end if last else self.document.start)

    def _recompute_cursor_offset(self) -> None:
        # An undo that makes the text shorter first drops the scroll bar, which looks for the cursor where it was.
        if self.cursor_location[0] < self.document.line_count:
            super()._recompute_cursor_offset()

    def get_line(self, line_index: int) -> Text:
        """One line with its tags marked, and each unsafe character as one visible one."""
        line = Text(visible(self.document.get_line(line_index)), end="", no_wrap=True)
        if "{" in line.plain:
            self._mark(line)
        return line

    def _mark(self, line: Text) -> None:
        tag = self.get_component_rich_style("prompt--tag", partial=True)
        for match in _TAG.finditer(line.plain):
            line.stylize(self._unknown() if self._is_unknown(match.group()) else tag, *match.span())

    def _unknown(self) -> Style:
        return self.get_component_rich_style("prompt--unknown", partial=True)

    def _is_unknown(self, tag: str) -> bool:
        name = _NAME.match(tag)
        return name is not None and self.known is not None and name.group(1) not in self.known


def visible(text: str) -> str:
    """`text` with every unsafe character replaced by one visible one: columns stay where they are."""
    if printable(text) == text:
        return text
    return "".join(char if printable(char) == char else "�" for char in text)
