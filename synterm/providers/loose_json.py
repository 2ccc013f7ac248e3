"""JSON as endpoints send it, which may have any shape."""

from __future__ import annotations

import json
from typing import Any, cast

import orjson


def read_json(data: bytes) -> Any:
    """The value in `data`. Raises ValueError for what is no JSON."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return _read_loosely(data)


def _read_loosely(data: bytes) -> Any:
    """With lone surrogates, which some send, and which orjson refuses."""
    try:
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error


def as_object(value: object) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
