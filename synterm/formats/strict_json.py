"""JSON of other people, read strictly: what reads ambiguously, or can't be kept, is refused."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from synterm.core.ids import canonical_json


def load_json(text: str) -> Any:
    """The JSON value that is all of `text`. Raises ValueError, in words, with the column.

    As RFC 8259, and stricter: no NaN or infinity, no name twice in one object, no half characters, whole numbers of at
    most 64 bits, nesting up to what canonical JSON takes (254).
    """
    try:
        value = _DECODER.decode(text)
        canonical_json(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError as error:
        raise ValueError("nests too deeply") from error
    except TypeError as error:
        raise ValueError(f"holds what can't be kept: {error}") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) < len(pairs):
        raise ValueError(f"{_first_twice(pairs)!r} stands twice")
    return named


def _first_twice(pairs: list[tuple[str, Any]]) -> str:
    # One look at each name: an object of someone else's may have very many.
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name
        seen.add(name)
    raise AssertionError("no name stands twice")


def _number(text: str) -> float:
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _whole(text: str) -> int:
    # Python refuses to read numbers of very many digits, and says so in its own words.
    if len(text) > 20:
        raise ValueError(f"{text[:20]}… is too large a number")
    return int(text)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name} is not a value")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_constant)
