"""JSON in answers: read strictly and within bounds, compared, and looked into."""

from __future__ import annotations

import json
from typing import Any, cast

import orjson

MAX_CHARACTERS = 1_000_000
"""Longer answers are not read as JSON."""


def parse_json(text: str) -> Any:
    """The JSON value that is all of `text`. Raises ValueError with what is wrong and where.

    Strict (RFC 8259): no NaN, no trailing comma, no lone surrogate, nesting up to what orjson takes (1024).
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(f"not read as JSON: over {MAX_CHARACTERS:,} characters long")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from error


def parse_unambiguous(text: str) -> Any:
    """As `parse_json`, and no object may hold a name twice: programs differ in which of the two counts.

    Raises ValueError as that does.
    """
    value = parse_json(text)
    try:
        json.loads(text, object_pairs_hook=_refuse_twice)
    except RecursionError as error:
        raise ValueError("not read as JSON: it nests too deeply") from error
    return value


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise ValueError(f"not read as JSON: {name[:40]!r} stands twice")
        seen.add(name)


def unfenced(text: str) -> str:
    """What stands within a Markdown code fence around the whole text; `text` itself without one."""
    body = text.strip()
    if not (body.startswith("```") and body.endswith("```") and "\n" in body):
        return text
    return body.split("\n", 1)[1].removesuffix("```")


def look_up(value: Any, path: str) -> Any:
    """What stands at a dotted path such as ``route.name`` or ``items.0.label``. Raises LookupError if nothing does."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = cast("dict[str, Any]", value)[step]
        elif isinstance(value, list) and step.isascii() and step.isdecimal():
            value = cast("list[Any]", value)[int(step)]
        else:
            raise LookupError(step)
    return value


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; 1 equals 1.0, and true does not equal 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        left, right = cast("dict[str, Any]", one), cast("dict[str, Any]", other)
        return left.keys() == right.keys() and all(same_json(value, right[name]) for name, value in left.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = cast("list[Any]", one), cast("list[Any]", other)
        return len(pairs[0]) == len(pairs[1]) and all(map(same_json, *pairs))
    return one == other
