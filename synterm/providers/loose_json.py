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
        pass
    try:
        # Some send lone surrogates, which orjson refuses.
        return json.loads(data)
    except RecursionError as error:
        raise ValueError("the JSON is nested too deep") from error


def as_object(value: object) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
