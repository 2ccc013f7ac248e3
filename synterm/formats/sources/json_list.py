"""JSON with a list somewhere: of objects, of rows of values, or of texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from synterm.errors import InputError, UsageError, did_you_mean
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, split_named
from synterm.formats.sources.json_walk import BrokenError, Found, items_of, line_of, lists_of
from synterm.formats.sources.lines import text_of
from synterm.formats.sources.peek import Peek

LIST = "list"
"""The name of the column that says from which list a row is, where there are several."""
_ORDER = ("object", "list", "text")


class JsonList(Source):
    """One JSON text that holds a list of rows, or several."""

    name = "json"
    title = "JSON: an array, or an object with arrays in it"

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.is_json or peek.ending == ".json"

    def rows(self, file: SourceFile) -> Rows:
        text = text_of(file)
        chosen = _chosen_lists(file, text)
        number = 0
        for found in chosen:
            name = ".".join(found.path)
            for item in items_of(text, found.start, alone=not found.path):
                number += 1
                where = file.at(item.line)
                if isinstance(item.value, InputError):
                    yield InputError(item.value.message, where=where)
                    continue
                row = _row(where, number, item.value)
                if len(chosen) > 1 and isinstance(row, SourceRow):
                    row.fields.setdefault(LIST, name)
                    row = SourceRow(row.where, number, row.fields, split=split_named(name))
                yield row


def objects_of(file: SourceFile, *names: str) -> Iterator[tuple[str, int, dict[str, Any] | InputError]]:
    """The objects of a JSON list at the path `names`, each with its place and number. Raises as `rows` does."""
    text = text_of(file)
    found = next((one for one in _lists(file, text) if one.path == names), None)
    if found is None:
        raise InputError(f"there is no list at {'.'.join(names) or 'its top'}", where=file.title)
    for number, item in enumerate(items_of(text, found.start, alone=not names), start=1):
        where = file.at(item.line)
        if isinstance(item.value, InputError):
            yield where, number, InputError(item.value.message, where=where)
        elif isinstance(item.value, dict):
            yield where, number, cast("dict[str, Any]", item.value)
        else:
            yield where, number, InputError("must be an object: {…}", where=where)


def _lists(file: SourceFile, text: str) -> list[Found]:
    try:
        return lists_of(text)
    except BrokenError as error:
        # What stands before the break can still be read, if that is one list.
        start = len(text) - len(text.lstrip())
        if text[start : start + 1] == "[":
            kind = {"{": "object", "[": "list", '"': "text"}.get(text[start + 1 :].lstrip()[:1], "other")
            if kind in _ORDER:
                return [Found((), kind, start)]
        line = line_of(text, error.at)
        column = error.at - text.rfind("\n", 0, error.at)
        raise InputError(f"not JSON: {error} at column {column}", where=file.at(line)) from error


def _chosen_lists(file: SourceFile, text: str) -> list[Found]:
    """The lists of rows that are read: those that were asked for; else of the most telling kind, the outermost."""
    found = [one for one in _lists(file, text) if one.kind in _ORDER]
    if file.lists:
        named = {".".join(one.path): one for one in found}
        if missing := [name for name in file.lists if name not in named]:
            raise UsageError(f"{file.title} has no list {missing[0]!r}", hint=did_you_mean(missing[0], named))
        return [named[name] for name in file.lists]
    if not found:
        raise InputError("holds no list of rows", where=file.title, hint='[{"input": "…", "expected": "…"}, …]')
    kind = min((one.kind for one in found), key=_ORDER.index)
    depth = min(len(one.path) for one in found if one.kind == kind)
    chosen = [one for one in found if one.kind == kind and len(one.path) == depth]
    if len(chosen) > 1:
        names = ", ".join(".".join(one.path) for one in chosen[:12])
        splits = "; splits are by their names" if any(split_named(".".join(one.path)) for one in chosen) else ""
        file.note(f"{len(chosen)} lists are read: {names}{splits}; --list NAME takes only one")
    return chosen


def _row(where: str, number: int, value: Any) -> SourceRow | InputError:
    match value:
        case dict():
            return SourceRow(where, number, cast("dict[str, Any]", value))
        case list():
            cells = cast("list[Any]", value)
            return SourceRow(where, number, {str(place): cell for place, cell in enumerate(cells, start=1)})
        case str():
            return SourceRow(where, number, {"text": value})
        case _:
            return InputError("must be an object, a list of values or a text", where=where)
