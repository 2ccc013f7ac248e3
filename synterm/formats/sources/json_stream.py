"""JSON objects one after the other in a text, each over several lines, as programs print them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import SourceFile
from synterm.formats.sources.lines import text_of
from synterm.formats.strict_json import load_json

_LAX = json.JSONDecoder()
_WHITE = " \t\r\n,"
_MOST_WHOLE = 50_000_000
"""Bytes: an object is built at once, and takes several times as much memory."""


def objects_in(file: SourceFile) -> Iterator[tuple[str, dict[str, Any] | InputError]]:
    """Each object of the text with the place where it begins; it ends with the error of what is no JSON.

    Raises InputError for a file that is too large to be read at once, OSError.
    """
    text = text_of(file, _MOST_WHOLE)
    at, line, counted = _skip(text, 0), 1, 0
    while at < len(text):
        line += text.count("\n", counted, at)
        counted = at
        where = file.at(line)
        try:
            end = _LAX.raw_decode(text, at)[1]
        except (ValueError, RecursionError) as error:
            words = error.msg if isinstance(error, json.JSONDecodeError) else "nests too deeply"
            yield where, InputError(f"not JSON: {words}; the rest was not read", where=where)
            return
        yield where, _object(text[at:end], where)
        at = _skip(text, end)


def _object(text: str, where: str) -> dict[str, Any] | InputError:
    try:
        value = load_json(text)
    except ValueError as error:
        return InputError(str(error), where=where)
    if not isinstance(value, dict):
        return InputError("must be an object: {…}", where=where)
    return cast("dict[str, Any]", value)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _WHITE:
        at += 1
    return at
