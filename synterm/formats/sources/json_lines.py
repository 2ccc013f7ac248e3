"""JSON lines: an object a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.lines import lines_of
from synterm.formats.sources.peek import Peek
from synterm.formats.strict_json import load_json


class JsonLines(Source):
    """An object a line; also a list of values, or a text."""

    name = "jsonl"
    title = "JSON lines: an object a line"

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        if peek.ending == ".json" and peek.is_one_line:
            return False  # one object in one line: rather one that holds a list
        return peek.ending in (".jsonl", ".ndjson") or (peek.is_json and peek.has_lines_of_json)

    def rows(self, file: SourceFile) -> Rows:
        for where, line, found in json_lines(file):
            yield found if isinstance(found, InputError) else SourceRow(where, line, found)


def json_lines(file: SourceFile) -> Iterator[tuple[str, int, dict[str, Any] | InputError]]:
    """The object of each line that is not blank, with its place and line."""
    for number, line in lines_of(file):
        where = file.at(number)
        if isinstance(line, InputError):
            yield where, number, line
        elif text := line.strip(" \t\r\n"):
            try:
                yield where, number, _object(load_json(text))
            except ValueError as error:
                yield where, number, InputError(str(error), where=where)


def _object(value: Any) -> dict[str, Any]:
    match value:
        case dict():
            return cast("dict[str, Any]", value)
        case list():
            return {str(place): cell for place, cell in enumerate(cast("list[Any]", value), start=1)}
        case str():
            return {"text": value}
        case _:
            raise ValueError("must be an object: {…}")
