"""The lists in a JSON text, found without building all of it, and their items one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from synterm.errors import InputError
from synterm.formats.strict_json import load_json

_LAX = json.JSONDecoder()
_DEEPEST = 6
"""How many objects a list may stand in."""
_WHITE = " \t\r\n"


class Found(NamedTuple):
    """A list in the text."""

    path: tuple[str, ...]
    """The names that lead to it."""
    kind: str
    """What its first item is: object, list, text or other."""
    start: int
    """Where its [ stands."""


class Item(NamedTuple):
    """One item of a list."""

    line: int
    value: Any
    """The item, or the InputError of one that can't be read strictly, without a place."""


class BrokenError(ValueError):
    """The text is no JSON from `at` on."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def lists_of(text: str) -> list[Found]:
    """The lists of a text that stand in no other list. Raises BrokenError where it is no JSON."""
    found: list[Found] = []
    at = _skip(text, _value(text, _skip(text, 0), (), found))
    if at < len(text):
        raise BrokenError("something stands behind its end", at)
    return found


def items_of(text: str, start: int, *, alone: bool = False) -> Iterator[Item]:
    """The items of the list at `start`, read strictly; ends with an error where it is no JSON.

    `alone`: the list is all of the text, so that nothing may stand behind it.
    """
    line, counted = text.count("\n", 0, start) + 1, start
    try:
        for begin, end in _spans(text, start, alone):
            line += text.count("\n", counted, begin)
            counted = begin
            try:
                yield Item(line, load_json(text[begin:end]))
            except ValueError as error:
                yield Item(line, InputError(str(error)))
    except BrokenError as error:
        yield Item(line_of(text, error.at), InputError(f"not JSON: {error}; the rest was not read"))


def line_of(text: str, at: int) -> int:
    """The line, from 1, of a place in the text."""
    return text.count("\n", 0, at) + 1


def _value(text: str, at: int, path: tuple[str, ...], found: list[Found]) -> int:
    """Note the lists of the value at `at`; gives where it ends."""
    head = text[at : at + 1]
    if head == "[":
        found.append(Found(path, _kind(text, _skip(text, at + 1)), at))
        return _end(text, at)
    if head == "{" and len(path) < _DEEPEST:
        return _members(text, at, path, found)
    return _end(text, at)


def _members(text: str, at: int, path: tuple[str, ...], found: list[Found]) -> int:
    at = _skip(text, at + 1)
    if text[at : at + 1] == "}":
        return at + 1
    while True:
        if text[at : at + 1] != '"':
            raise BrokenError("a name is missing", at)
        end = _end(text, at)
        name = json.loads(text[at:end])
        at = _skip(text, end)
        if text[at : at + 1] != ":":
            raise BrokenError("a : is missing", at)
        at = _skip(text, _value(text, _skip(text, at + 1), (*path, name), found))
        if text[at : at + 1] == "}":
            return at + 1
        if text[at : at + 1] != ",":
            raise BrokenError("a , or } is missing", at)
        at = _skip(text, at + 1)


def _spans(text: str, start: int, alone: bool) -> Iterator[tuple[int, int]]:
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        end = _end(text, at)
        yield at, end
        at = _skip(text, end)
        if text[at : at + 1] == "]":
            break
        if text[at : at + 1] != ",":
            raise BrokenError("a , or ] is missing", at)
        at = _skip(text, at + 1)
        if text[at : at + 1] == "]":
            raise BrokenError("a value is missing", at)
    if alone and (rest := _skip(text, at + 1)) < len(text):
        raise BrokenError("something stands behind its end", rest)


def _end(text: str, at: int) -> int:
    """Where the value at `at` ends."""
    try:
        return _LAX.raw_decode(text, at)[1]
    except json.JSONDecodeError as error:
        raise BrokenError(error.msg, error.pos) from error
    except RecursionError as error:
        raise BrokenError("nests too deeply", at) from error
    except ValueError as error:  # a number of thousands of digits
        raise BrokenError("too large a number", at) from error


def _kind(text: str, at: int) -> str:
    return {"{": "object", "[": "list", '"': "text", "]": "empty"}.get(text[at : at + 1], "other")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _WHITE:
        at += 1
    return at
