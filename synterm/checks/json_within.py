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
    work = _WORK * len(text)
    end = 0
    for start, stop in sorted(_pairs(text), key=lambda pair: (pair[0], -pair[1])):
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


def _pairs(text: str) -> Iterator[tuple[int, int]]:
    """Where each bracket opens and its partner ends. Brackets in quotes count for nothing, but only between brackets:
    elsewhere a quote need not end. No text in JSON goes over a line's end."""
    opened: list[int] = []
    quoted, skipped = False, -1
    for match in _MARK.finditer(text):
        at, mark = match.start(), match.group()
        if at == skipped:
            continue
        if mark == "\\":
            skipped = at + 1 if quoted else -1
        elif mark == '"':
            quoted = bool(opened) and not quoted
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
