"""The tools that an answer calls, read back from its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from synterm.checks.json_text import parse_json, unfenced

_ARGUMENTS = ("arguments", "args", "parameters", "input")


@dataclass(frozen=True, slots=True)
class Called:
    """One call."""

    name: str
    arguments: Any
    """As JSON says them: an object, where the call is as it must be; a text, where the model wrote no JSON."""


def calls_in(text: str) -> list[Called]:
    """The calls in an answer; none where it calls nothing.

    Read as synterm writes them (``[{"name": …, "arguments": …}]``, or those under ``tool_calls``), and as models write
    them in plain text: one object alone, arguments also as ``parameters`` or ``input``, OpenAI's and Anthropic's way.
    """
    try:
        value = parse_json(unfenced(text))
    except ValueError:
        return []
    if isinstance(value, dict):
        called = cast("dict[str, Any]", value)
        value = called["tool_calls"] if isinstance(called.get("tool_calls"), list) else [called]
    items = cast("list[Any]", value) if isinstance(value, list) else []
    return [call for item in items if (call := _call(item)) is not None]


def _call(item: Any) -> Called | None:
    if not isinstance(item, dict):
        return None
    said = cast("dict[str, Any]", item)
    if isinstance(said.get("function"), dict):
        said = cast("dict[str, Any]", said["function"])
    name = said.get("name")
    key = next((key for key in _ARGUMENTS if key in said), None)
    if not isinstance(name, str) or key is None:
        return None
    return Called(name, _arguments(said[key]))


def _arguments(value: Any) -> Any:
    """OpenAI's shape holds them as a text of JSON."""
    if not isinstance(value, str):
        return value
    try:
        return parse_json(value)
    except ValueError:
        return value
