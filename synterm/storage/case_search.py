"""Looking for text in the values of a case, as fast as one types."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from synterm.storage.base import dump
from synterm.text import storable

_STRUCTURE = re.compile(r'[{}\[\]":,\\]')


class _Needle(NamedTuple):
    escaped: str
    """As it stands inside a JSON string."""
    text: str
    plain: bool
    """Whether it can only be found in strings, numbers and truth values, and looks the same there."""


def needle(text: str) -> str:
    """A text to look for, as `holds` takes it."""
    return dump(storable(text).casefold())


def holds(given: str, expected: str, wanted: str) -> bool:
    """Whether a value of the input, or the expected result, both as JSON, holds a `needle`. Names don't count."""
    return _is_within(given, wanted) or _is_within(expected, wanted)


def expects(expected: str, pattern: str) -> bool:
    """Whether what is expected, as JSON, is as a folded pattern with ``*`` and ``?`` says."""
    value = orjson.loads(expected)
    return value is not None and fnmatchcase((value if isinstance(value, str) else expected).casefold(), pattern)


def globs(text: str | None, pattern: str) -> bool:
    """Whether a name is as a folded pattern with ``*`` and ``?`` says."""
    return text is not None and fnmatchcase(text.casefold(), pattern)


@lru_cache(maxsize=8)
def _needle(wanted: str) -> _Needle:
    text: str = orjson.loads(wanted)
    escaped = wanted[1:-1]
    plain = escaped == text and not _STRUCTURE.search(text) and text not in "null"
    return _Needle(escaped, text, plain)


def _is_within(document: str, wanted: str) -> bool:
    look = _needle(wanted)
    folded = document.casefold()
    at = folded.find(look.escaped)
    if at < 0:
        return False
    if not look.plain or "\\" in folded or ',":' in folded or '{":' in folded:
        return _is_in(look.text, orjson.loads(document))
    # To read the JSON of every case that may fit is most of the work. Without an escape in it a string ends at the
    # next quote, and is a name when a colon follows (unless a name begins with one).
    while at >= 0:
        quote = folded.find('"', at)
        if quote < 0:
            return _is_in(look.text, orjson.loads(document))
        if folded[quote + 1 : quote + 2] != ":":
            return True
        at = folded.find(look.escaped, quote)
    return False


def _is_in(text: str, value: Any) -> bool:
    """Whether a JSON value, or one inside it, holds `text`, which is in folded case."""
    if isinstance(value, str):
        return text in value.casefold()
    if isinstance(value, dict):
        return _is_in(text, [*value.values()])  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]
    if isinstance(value, list):
        return any(_is_in(text, inner) for inner in value)  # pyright: ignore[reportUnknownVariableType]
    return value is not None and text in dump(value)
