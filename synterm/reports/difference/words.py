"""What differs between two projects, for people: a line for each thing, and below it what changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from synterm.core.case import input_text, value_text
from synterm.core.ids import canonical_json
from synterm.reports.difference.shapes import CaseChange, FieldChange, ProjectDiff, TextChange, TextLine, ThingChange
from synterm.text import one_line, printable

_SIGNS = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
_LINE_STYLES = {"+": "green", "-": "red", "…": "dim", " ": ""}
_MOST = 100
"""Characters of a value."""
_KIND = 8
"""The width of the word that says what a thing is."""


def diff_lines(diff: ProjectDiff, *, brief: bool = False) -> Iterator[Text]:
    """The lines. `brief`: only what is how often different."""
    if not brief:
        for thing in diff.things:
            yield from _thing(thing)
        for case in diff.cases:
            yield from _case(case)
        told, counts = len(diff.cases), diff.counts["cases"]
        more = counts.added + counts.removed + counts.changed - told
        if more > 0:
            yield Text(f"… and {more:,} more cases that differ: --limit {told + more}", "dim")
    yield from _counts(diff, brief)


def _counts(diff: ProjectDiff, brief: bool) -> Iterator[Text]:
    if brief:
        kinds = dict.fromkeys(thing.kind for thing in diff.things)
        for kind in kinds:
            signs = [thing.sign for thing in diff.things if thing.kind == kind]
            said = ", ".join(f"{signs.count(sign):,} {sign}" for sign in _SIGNS if sign in signs)
            yield Text(f"{kind:<{_KIND}} {said}")
    for name, count in diff.counts.items():
        if not count.same:
            parts = (("added", count.added), ("removed", count.removed), ("changed", count.changed))
            said = ", ".join(f"{number:,} {word}" for word, number in parts if number)
            yield Text(f"{name:<{_KIND}} {count.before:,} → {count.after:,}: {said}")


def _thing(thing: ThingChange) -> Iterator[Text]:
    yield _title(thing.sign, thing.kind, one_line(thing.name))
    for note in thing.notes:
        yield Text(f"    {one_line(note)}")
    for name, change in thing.fields.items():
        yield from _field(name, change)
    for text in thing.texts:
        yield from _text(text)


def _case(case: CaseChange) -> Iterator[Text]:
    given = one_line(input_text(case.input), _MOST)
    title = _title(case.sign, "case", f"{one_line(case.path)}  {given}")
    if not case.fields and case.expected is not None:
        title.append(f" → {one_line(value_text(case.expected), _MOST)}", "dim")
    title.append(f"  {case.id[-8:]}", "dim")
    yield title
    for name, change in case.fields.items():
        yield from _field(name, change)


def _title(sign: str, kind: str, name: str) -> Text:
    mark, style = _SIGNS[sign]
    return Text.assemble((f"{mark} {kind:<{_KIND}} ", style), name)


def _field(name: str, change: FieldChange) -> Iterator[Text]:
    before, after = _value(change.before), _value(change.after)
    if len(before) + len(after) <= _MOST:
        yield Text.assemble(f"    {name}: ", (before, "red"), " → ", (after, "green"))
        return
    yield Text(f"    {name}:")
    yield Text(f"      - {before}", "red")
    yield Text(f"      + {after}", "green")


def _value(value: Any) -> str:
    if value is None or value == "" or value == [] or value == {}:
        return "nothing"
    return one_line(value if isinstance(value, str) else canonical_json(value).decode(), 4 * _MOST)


def _text(change: TextChange) -> Iterator[Text]:
    yield Text(f"    {one_line(change.title)}", "bold")
    yield from map(_line, change.lines)


def _line(line: TextLine) -> Text:
    """A line with the words that changed marked; a terminal shows them, plain text has the signs."""
    style = _LINE_STYLES[line.sign]
    shown = Text(f"      {line.sign} ", style)
    at = 0
    for start, end in line.changed:
        shown.append(printable(line.text[at:start]), style)
        shown.append(printable(line.text[start:end]), f"{style} reverse")
        at = end
    shown.append(printable(line.text[at:]), style)
    return shown
