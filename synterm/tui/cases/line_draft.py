"""A case in lines: each of its values, and what is expected, as one line that is typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from synterm.core.case import Case
from synterm.errors import InputError
from synterm.text import one_line, printable
from synterm.tui.cases.reading import filled, read_filled

_LONGEST = 2000
"""Of a longer text, one sees too little in a line."""


@dataclass(slots=True)
class Line:
    """One value of a case."""

    name: str
    start: str
    """What it says in the project."""
    is_json: bool
    """Whether it is no text, and stands as JSON."""
    expected: bool = False
    """Whether it is what is expected: a value of the input can have that name too."""
    text: str = ""
    """What is typed."""

    @property
    def changed(self) -> bool:
        """Whether something else was typed."""
        return self.text != self.start

    @property
    def problem(self) -> str:
        """Why a line can't hold it without damage; empty when it can."""
        if len(self.start.splitlines()) > 1 or self.start.splitlines() not in ([], [self.start]):
            return "has several lines"
        if len(self.start) > _LONGEST:
            return "is long"
        return "" if in_a_line(self.start) == self.start else "holds characters that a line does not show"

    def same(self, other: Line) -> bool:
        """Whether it is the same value, of whatever case."""
        return (self.name, self.expected) == (other.name, other.expected)


class LineDraft:
    """What is typed about a case, a line at a time; all lines are saved together.

    It belongs to the case of this id, wherever that stands by now.
    """

    def __init__(self, key: int, case: Case, labels: Sequence[str] = ()) -> None:
        """`key`: the row number of the case; `labels`: those that the checks of its scenario know."""
        self.key = key
        self.case = case
        self.labels = [label for label in labels if in_a_line(label) == label]
        self.lines = _lines_of(case)
        self._at = 0

    @property
    def line(self) -> Line:
        """The line that is typed in."""
        return self.lines[self._at]

    @property
    def title(self) -> str:
        """The name of the line; empty for the only value of an input."""
        return "" if len(self.lines) == 2 and not self.line.expected else one_line(self.line.name, 40)

    @property
    def changed(self) -> bool:
        """Whether anything else was typed."""
        return any(line.changed for line in self.lines)

    def turn(self, by: int) -> list[Line]:
        """Go to the next line, or to the one before; gives those that were passed over, as no line can hold them."""
        passed: list[Line] = []
        for step in range(1, len(self.lines) + 1):
            at = (self._at + by * step) % len(self.lines)
            if not self.lines[at].problem:
                self._at = at
                break
            passed.append(self.lines[at])
        return passed

    def turn_to(self, like: Line) -> None:
        """Go to the line of the same value; to the first where there is none."""
        self._at = next((at for at, line in enumerate(self.lines) if line.same(like)), 0)

    def take_back(self) -> bool:
        """Forget what was typed in this line; False where that leaves nothing that was typed."""
        others = any(line.changed for line in self.lines if line is not self.line)
        kept = others and self.line.changed
        self.line.text = self.line.start
        return kept

    def follow(self, now: Case) -> None:
        """Take over what the case says by now; what is typed stays."""
        typed = [line for line in self.lines if line.changed]
        like, self.case, self.lines = self.line, now, _lines_of(now)
        for line in typed:
            there = next((other for other in self.lines if other.same(line)), None)
            if there is None:
                self.lines.insert(len(self.lines) - 1, replace(line, start="", is_json=False))
            else:
                there.text = line.text
        self.turn_to(like)

    def read(self, now: Case) -> Case:
        """The case as it is now, with what was typed. Raises InputError, and is at the line that it is about.

        Where a value says something else than when one began, that is told once: the next time it is written over.
        """
        theirs = _lines_of(now)
        for line in self.lines:
            if line.changed and not any(_says_the_same(line, other) for other in theirs):
                self.turn_to(line)
                self.follow(now)
                hint = "enter once more writes yours, escape keeps what is there"
                raise InputError(f"{line.name}: it was changed elsewhere meanwhile", hint=hint)
        try:
            return self._read(now)
        except InputError as error:
            self._at = next(
                (at for at, line in enumerate(self.lines) if line.changed and line.name == error.where), self._at
            )
            raise

    def _read(self, now: Case) -> Case:
        form = filled(now)
        typed = [line for line in self.lines if line.changed]
        values = {**form.values, **{line.name: line.text for line in typed if not line.expected}}
        form = replace(form, values=values)
        for line in typed:
            if line.expected:
                # Emptied, it says that nothing is expected, which is no JSON.
                form = replace(form, expected=line.text, is_json=line.is_json and bool(line.text.strip()))
        return read_filled(now, form)


def in_a_line(text: str) -> str:
    """A text as a line can hold it: its lines joined, and what would not be seen as visible marks."""
    return printable(" ".join(text.splitlines()).replace("\t", " "))


def _lines_of(case: Case) -> list[Line]:
    lines = [_line(name, value) for name, value in case.input.items()]
    return [*lines, _line("expected", "" if case.expected is None else case.expected, expected=True)]


def _line(name: str, value: Any, *, expected: bool = False) -> Line:
    is_json = not isinstance(value, str)
    text = orjson.dumps(value).decode() if is_json else value
    return Line(name, text, is_json, expected, text)


def _says_the_same(line: Line, other: Line) -> bool:
    return line.same(other) and (line.start, line.is_json) == (other.start, other.is_json)
