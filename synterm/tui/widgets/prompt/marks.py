"""What is marked in a line of an editor: Jinja tags and their names, headings, lists, code, arrows, keys.

One line at a time, for lines are drawn one by one. A tag that goes on over several lines is known by what was open
where a line begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from synterm.core.examples import ARROW

Kind = Literal["message", "examples", "params"]
"""What an editor holds."""
Open = Literal["", "{{", "{%", "{#"]
"""The tag that is open where a line begins."""


_LONGEST = 20_000
"""Characters of a line that is marked; a longer one is shown plain: it is drawn with each key."""


class Mark(NamedTuple):
    """A stretch of a line that looks other than the rest; `style` is one of the area's ``prompt--…`` classes."""

    start: int
    end: int
    style: str


_OPENING = re.compile(r"\{\{|\{%|\{#")
_CLOSING = {"{{": re.compile(r"\}\}"), "{%": re.compile(r"%\}"), "{#": re.compile(r"#\}")}
_STRING = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
_STRING_OR_CLOSING = {tag: re.compile(rf"{_STRING}|(?P<end>{end.pattern})") for tag, end in _CLOSING.items()}
_IN_TAG = re.compile(rf"{_STRING}|(?P<before>[.|]\s*)?(?P<name>[A-Za-z_]\w*)(?P<after>\s*=(?!=))?")
_WORDS = frozenset(
    "and as block call context do elif else endblock endcall endfilter endfor endif endmacro endraw endset endwith "
    "extends false False filter for from if ignore import in include is loop macro missing none None not or raw "
    "recursive range scoped set true True with without".split()
)
_MARKDOWN = re.compile(
    r"(?P<heading>^\s{0,3}\#{1,6}\s.*)|(?P<bullet>^\s*(?:[-*+]|\d{1,9}[.)])(?=\s))"
    r"|(?P<code>`[^`]+`|^\s*```.*)|(?P<bold>\*\*(?=\S).+?(?<=\S)\*\*)"
)
_PARAM = re.compile(r"^\s*([A-Za-z_]\w*)\s*[:=]|(#.*)")


@lru_cache(maxsize=4096)
def marks_of(line: str, kind: Kind, opened: Open, unknown: frozenset[str]) -> tuple[Mark, ...]:
    """The marks of a line, later ones over earlier ones; `unknown`: the names that nothing gives a value for."""
    if len(line) > _LONGEST:
        return ()
    if kind == "params":
        return tuple(_param_marks(line))
    if kind == "examples":
        return tuple(_example_marks(line))
    marks = [Mark(*found.span(), f"prompt--{found.lastgroup}") for found in _MARKDOWN.finditer(line)]
    for start, end, tag in tags_of(line, opened):
        marks.append(Mark(start, end, "prompt--comment" if tag == "{#" else "prompt--tag"))
        if tag != "{#" and unknown:
            names = names_in(line, start, end)
            marks += [Mark(*span, "prompt--unknown") for name, span in names if name in unknown]
    return tuple(marks)


def tags_of(line: str, opened: Open) -> Iterator[tuple[int, int, Open]]:
    """The tags in a line, with those that began before it or go on after it."""
    position, tag = 0, opened
    while True:
        if not tag:
            begin = _OPENING.search(line, position)
            if begin is None:
                return
            position, tag = begin.start(), _as_open(begin.group())
        inside = position if opened and position == 0 else position + 2
        close = _close(line, inside, tag)
        yield position, len(line) if close is None else close, tag
        if close is None:
            return
        position, tag, opened = close, "", ""


def _close(line: str, start: int, tag: Open) -> int | None:
    """Where a tag ends; what stands in quotes ends nothing."""
    first = _CLOSING[tag].search(line, start)
    if first is None or tag == "{#":
        return first and first.end()
    # A line can hold a hundred thousand tags: what follows the end of this one is not looked at.
    steps = _STRING_OR_CLOSING[tag].finditer(line, start)
    return next((step.end() for step in steps if step.group("end")), first.end())


def _as_open(text: str) -> Open:
    return "{{" if text == "{{" else "{%" if text == "{%" else "{#"


def open_after(line: str, opened: Open) -> Open:
    """The tag that is open where the next line begins."""
    if len(line) > _LONGEST:
        return opened
    if not opened and "{" not in line:
        return ""
    tags = list(tags_of(line, opened))
    if not tags:
        return opened
    start, end, tag = tags[-1]
    fresh = start + 2 if not (opened and start == 0) else 0
    return tag if end == len(line) and not (end - 2 >= fresh and _CLOSING[tag].match(line, end - 2)) else ""


def opens(lines: Iterable[str]) -> dict[int, Open]:
    """For each line that begins within a tag, which."""
    found: dict[int, Open] = {}
    opened: Open = ""
    for index, line in enumerate(lines):
        if opened:
            found[index] = opened
        if opened or "{" in line:
            opened = open_after(line, opened)
    return found


def names_in(line: str, start: int = 0, end: int | None = None) -> Iterator[tuple[str, tuple[int, int]]]:
    """The names that a tag takes values from, and where they stand: no attributes, filters, tests or keywords."""
    stop = len(line) if end is None else end
    previous: str | None = ""
    for found in _IN_TAG.finditer(line, start, stop):
        name = found.group("name")
        if name and not (found.group("before") or found.group("after")) and name not in _WORDS and previous != "is":
            yield name, found.span("name")
        previous = name if not (previous == "is" and name == "not") else "is"


def names_by_eye(text: str) -> frozenset[str]:
    """The names that a text that does not parse seems to take from cases: all in its tags but those of its loops."""
    used: set[str] = set()
    own: set[str] = set()
    opened: Open = ""
    for line in text.split("\n"):
        for start, end, tag in tags_of(line, opened):
            if tag != "{#":
                used.update(name for name, _ in names_in(line, start, end))
                own.update(re.findall(r"\w+", "".join(re.findall(r"\bfor\s+([\w\s,()]+?)\s+in\b", line[start:end]))))
        opened = open_after(line, opened)
    return frozenset(used - own)


def _example_marks(line: str) -> Iterator[Mark]:
    if not line.lstrip().startswith("{") and (at := line.find(ARROW)) >= 0:
        yield Mark(at + 1, at + len(ARROW) - 1, "prompt--arrow")
        yield Mark(at + len(ARROW), len(line), "prompt--answer")


def _param_marks(line: str) -> Iterator[Mark]:
    for found in _PARAM.finditer(line):
        group = 1 if found.group(1) else 2
        yield Mark(*found.span(group), "prompt--tag" if group == 1 else "prompt--comment")


def clipped(marks: Iterable[Mark], start: int, end: int) -> tuple[Mark, ...]:
    """The marks within a section, counted from its start."""
    return tuple(
        Mark(max(mark.start, start) - start, min(mark.end, end) - start, mark.style)
        for mark in marks
        if mark.start < end and mark.end > start
    )


__all__ = ["Kind", "Mark", "Open", "clipped", "marks_of", "names_by_eye", "names_in", "open_after", "opens", "tags_of"]
