"""JSON amid other text: objects and lists that an answer holds, found in time proportional to its length."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

_MARK = re.compile(r'["\\\n{}\[\]]')
_OPENS = {"}": "{", "]": "["}
_WORK = 3
"""How many times its length may be read of a text whose brackets promise JSON and hold none."""


def json_within(text: str) -> Iterator[Any]:
    """The objects and lists in `text`, from left to right, those within another not by themselves.

    Raises ValueError when there are so many brackets without JSON that looking on would take too long.
    """
    found = False
    for value in _parsed(text, quotes_outside=False):
        found = True
        yield value
    if not found and '"' in text:
        yield from _parsed(text, quotes_outside=True)


def _parsed(text: str, *, quotes_outside: bool) -> Iterator[Any]:
    work = _WORK * len(text)
    end = 0
    for start, stop in sorted(_pairs(text, quotes_outside), key=lambda pair: (pair[0], -pair[1])):
        if start < end:
            continue
        work -= stop - start
        if work < 0:
            raise ValueError("too many brackets without JSON")
        try:
            value = orjson.loads(text[start:stop])
        except orjson.JSONDecodeError:
            continue
        end = stop
        yield value


def _pairs(text: str, quotes_outside: bool) -> Iterator[tuple[int, int]]:
    """Where each bracket opens and its partner ends. Brackets in quotes count for nothing. Outside of brackets a quote
    need not end, so there it counts only where that is said. No text in JSON goes over a line's end."""
    opened: list[int] = []
    quoted, skipped = False, -1
    for match in _MARK.finditer(text):
        at, mark = match.start(), match.group()
        if at == skipped:
            continue
        if mark == "\\":
            skipped = at + 1 if quoted else -1
        elif mark == '"':
            quoted = (bool(opened) or quotes_outside) and not quoted
        elif mark == "\n":
            quoted = False
        elif quoted:
            continue
        elif mark in "{[":
            opened.append(at)
        elif opened and text[opened[-1]] == _OPENS[mark]:
            yield opened.pop(), at + 1
        else:
            opened.clear()
