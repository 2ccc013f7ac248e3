"""A text editor that knows placeholders, and what is searched for in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import TextArea

from synterm.text import visible
from synterm.tui.widgets.prompt.lines import PromptLines
from synterm.tui.widgets.prompt.marks import Kind, Mark, Open, clipped, marks_of, names_in, tags_of
from synterm.tui.widgets.prompt.wrap import LONG

_AROUND = 200
"""Characters around a section of a very long line that are looked at for its marks."""
Reasons = dict[str, str]
"""Why a name is underlined, by name."""


class PromptArea(PromptLines):
    """Highlights Jinja, markdown and what else belongs to its kind; underlines names that get no value."""

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
    COMPONENT_CLASSES = TextArea.COMPONENT_CLASSES | {
        f"prompt--{name}" for name in "tag comment unknown heading bold code bullet arrow answer wrong hit".split()
    }
    DEFAULT_CSS = """
    PromptArea {
        border: none;
        padding: 0;
        background: transparent;
        &:focus { border: none; }
        & > .prompt--tag { color: $text-accent; text-style: bold; }
        & > .prompt--comment { color: $text-muted; text-style: italic; }
        & > .prompt--unknown { color: $text-error; text-style: bold underline; }
        & > .prompt--heading { color: $text-primary; text-style: bold; }
        & > .prompt--bold { text-style: bold; }
        & > .prompt--code { color: $text-secondary; }
        & > .prompt--bullet { color: $text-primary; text-style: bold; }
        & > .prompt--arrow { color: $text-muted; text-style: bold; }
        & > .prompt--answer { color: $text-success; }
        & > .prompt--wrong { color: $text-error; text-style: bold; }
        & > .prompt--hit { background: $warning-muted; text-style: underline; }
    }
    """

    def __init__(self, text: str, *, part: str, kind: Kind = "message", id: str | None = None) -> None:
        self.part = part
        """What its tab is called."""
        self.kind: Kind = kind
        self._reasons: Reasons = {}
        self._unknown: frozenset[str] = frozenset()
        self._opens: dict[int, Open] = {}
        self._wrong: int | None = None
        self._needle: re.Pattern[str] | None = None
        self._mark_styles: dict[str, Style] = {}
        super().__init__(text, id=id)

    def learn(self, reasons: Reasons, opens: dict[int, Open], wrong: int | None) -> None:
        """What was found out about the text: names to underline, lines within a tag, the line that is wrong."""
        if (reasons, opens, wrong) != (self._reasons, self._opens, self._wrong):
            self._reasons, self._opens, self._wrong = reasons, opens, wrong
            self._unknown = frozenset(reasons)
            self.refresh()

    def seek(self, needle: re.Pattern[str] | None) -> None:
        """Mark all that matches; None: nothing."""
        self._needle = needle
        self.refresh()

    @property
    def reasons(self) -> Reasons:
        """The underlined names, and why."""
        return self._reasons

    def reason_at(self, line: int, column: int) -> str | None:
        """Why the name at a place is underlined; None where none is."""
        if not self._unknown or line >= len(self.lines):
            return None
        base = max(column - _AROUND, 0)
        text = self.lines[line][base : column + _AROUND]
        for start, end, tag in tags_of(text, self._opens.get(line, "") if base == 0 else ""):
            for name, (left, right) in names_in(text, start, end) if tag != "{#" else ():
                if name in self._reasons and left <= column - base <= right:
                    return self._reasons[name]
        return None

    def action_document_end(self, last: bool) -> None:
        """Go to the end of the text, or to its start."""
        self.move_cursor(self.document.end if last else self.document.start)

    def marks(self, line: int, start: int, end: int) -> tuple[Mark, ...]:
        """What is highlighted in a section."""
        whole = self.lines[line]
        text, base, opened = whole, 0, self._opens.get(line, "")
        if len(whole) > LONG:
            base = max(start - _AROUND, 0)
            text = whole[base : end + _AROUND]
            opened = "" if base else opened
        found = marks_of(text, self.kind, opened, self._unknown) if text else ()
        if self._needle:
            hits = (Mark(*hit.span(), "prompt--hit") for hit in self._needle.finditer(text))
            found = (*found, *hits)
        return clipped(found, start - base, end - base) if found else ()

    def mark_style(self, name: str) -> Style:
        """How a mark looks."""
        if name not in self._mark_styles:
            self._mark_styles[name] = self.get_component_rich_style(name, partial=True)
        return self._mark_styles[name]

    def is_wrong(self, line: int) -> bool:
        """Whether the template's error is in this line."""
        return line == self._wrong

    def lines_moved(self, below: int, by: int) -> None:
        """Keep what is known of the lines below."""
        if self._opens:
            self._opens = {line + by if line > below else line: tag for line, tag in self._opens.items()}
        if self._wrong is not None and self._wrong > below:
            self._wrong += by

    def forget_strips(self) -> None:
        """Draw all lines afresh."""
        self._mark_styles = {}
        super().forget_strips()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Say why the name under the mouse is underlined."""
        reason = self.reason_at(*self.get_target_document_location(event)) if self._unknown else None
        wanted = Content(reason) if reason else None
        if wanted != self.tooltip:
            self.tooltip = wanted

    def find(self, needle: re.Pattern[str], *, backwards: bool, here: bool = False) -> bool:
        """Select the next match, going around at the end; `here`: also the one at the cursor. False: there is none."""
        row, column = min(self.selection) if backwards or here else max(self.selection)
        count = len(self.lines)
        for step in range(count + 1):
            line = (row - step if backwards else row + step) % count
            spans = [hit.span() for hit in needle.finditer(self.lines[line]) if hit.end() > hit.start()]
            if step == 0:
                spans = [span for span in spans if (span[0] < column if backwards else span[0] >= column)]
            if spans:
                start, end = spans[-1 if backwards else 0]
                self.move_cursor((line, start))
                self.move_cursor((line, end), select=True)
                return True
        return False

    def hit_number(self, places: list[tuple[int, int]]) -> int:
        """Which of the places, from 1, the selection begins at or after; 0: before all."""
        return bisect_right(places, min(self.selection))


__all__ = ["PromptArea", "Reasons", "visible"]
