"""The text of one editor as lines, kept to the letter.

Stock documents take every kind of line separator for a line break and write one kind back, so a form feed or a
mixture of line ends would be lost. Here only the document's own line break divides lines; all else stays a character.
"""

from __future__ import annotations

from typing import NamedTuple

from textual.document._document import Document, EditResult, Location


class Change(NamedTuple):
    """What a replacement did: the text from `top` to `bottom` went, the new one ends at `end`."""

    top: Location
    bottom: Location
    end: Location


class PromptDocument(Document):
    """A document that remembers what changed in it since it was last wrapped. `text` is what it was made of."""

    def __init__(self, text: str) -> None:
        # Windows' line ends are line ends only where all are.
        lone = text.count("\n") - text.count("\r\n")
        self._newline = "\r\n" if "\r\n" in text and not lone else "\n"
        self._lines = text.split(self._newline)
        self._changes: list[Change] = []

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        """Replace what is between two locations, and say where the new text ends."""
        top, bottom = sorted((start, end))
        replaced = self.get_text_range(top, bottom)
        lines = self._lines
        before = lines[top[0]][: top[1]] if top[0] < len(lines) else ""
        after = lines[bottom[0]][bottom[1] :] if bottom[0] < len(lines) else ""
        new = self._divided(text)
        new[0] = before + new[0]
        column = len(new[-1])
        new[-1] += after
        lines[top[0] : bottom[0] + 1] = new
        result = EditResult((top[0] + len(new) - 1, column), replaced)
        self._changes.append(Change(top, bottom, result.end_location))
        return result

    def get_text_range(self, start: Location, end: Location) -> str:
        """The text between two locations."""
        (top, left), (bottom, right) = sorted((start, end))
        lines = self._lines
        if top == bottom:
            return lines[top][left:right] if top < len(lines) else ""
        last = [lines[bottom][:right]] if bottom < len(lines) else []
        return self._newline.join([lines[top][left:], *lines[top + 1 : bottom], *last])

    @property
    def changes(self) -> list[Change]:
        """What changed since `take_changes`."""
        return self._changes

    def take_changes(self) -> list[Change]:
        """What changed since the last call."""
        changes, self._changes = self._changes, []
        return changes

    def _divided(self, text: str) -> list[str]:
        return (text.replace("\r\n", "\n") if self._newline == "\r\n" else text).split("\n")
