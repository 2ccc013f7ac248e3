"""Messages as the chat formats write them: with the calls of functions apart from what is said."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

import orjson

from synterm.checks.called import Called, calls_in
from synterm.core.prompt import Message
from synterm.core.record import record
from synterm.core.training import TrainingExample
from synterm.finetune.formats.rows import CannotHoldError
from synterm.text import storable

NO_OBJECT = "a call whose arguments are no JSON object"


@record
class Said:
    """A message: what it says, and what it calls."""

    role: str
    text: str
    calls: tuple[tuple[str, dict[str, Any]], ...]
    """Name and arguments."""


def said(messages: Iterable[Message], tools: Sequence[dict[str, Any]]) -> list[Said]:
    """Messages read as chat: an answer is a call only where the prompt offers functions of that name.

    Raises CannotHoldError for calls with arguments that are no object.
    """
    names = {name for tool in tools if (name := _name(tool))}
    return [_said(message, names) for message in messages]


def as_objects(messages: Iterable[Message], tools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As Hugging Face's chat templates take them: arguments are objects, and every message has a content."""
    return [_as_object(one) for one in said(messages, tools)]


def as_openai(messages: Iterable[Message], tools: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As OpenAI's API takes them: arguments are JSON texts, calls have ids, and a call alone has no content."""
    count = 0
    made: list[dict[str, Any]] = []
    for one in said(messages, tools):
        body: dict[str, Any] = {"role": one.role}
        if one.text or not one.calls:
            body["content"] = one.text
        if one.calls:
            body["tool_calls"] = [
                {
                    "id": f"call{count + at:05d}",
                    "type": "function",
                    "function": {"name": name, "arguments": json_line(arguments)},
                }
                for at, (name, arguments) in enumerate(one.calls, 1)
            ]
            count += len(one.calls)
        made.append(body)
    return made


def tools_text(example: TrainingExample) -> dict[str, str]:
    """The functions of an example as JSON in a text, which all versions of TRL read; nothing where there are none."""
    return {"tools": json_line(list(example.tools))} if example.tools else {}


def json_line(value: Any) -> str:
    """A value as compact JSON on one line, its keys in their order."""
    return storable(json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")))


def _as_object(one: Said) -> dict[str, Any]:
    body: dict[str, Any] = {"role": one.role, "content": one.text}
    if one.calls:
        body["tool_calls"] = [
            {"type": "function", "function": {"name": name, "arguments": arguments}} for name, arguments in one.calls
        ]
    return body


def _said(message: Message, names: set[str]) -> Said:
    called = calls_in(message.content) if names and message.role == "assistant" else []
    if not called or not {call.name for call in called} <= names:
        return Said(message.role, storable(message.content), ())
    return Said(message.role, _beside(message.content), tuple(_call(call) for call in called))


def _call(call: Called) -> tuple[str, dict[str, Any]]:
    if not isinstance(call.arguments, dict):
        raise CannotHoldError(NO_OBJECT)
    return call.name, cast("dict[str, Any]", call.arguments)


def _beside(text: str) -> str:
    """What an answer says beside its calls."""
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return ""
    content: Any = cast("dict[str, Any]", value).get("content") if isinstance(value, dict) else None
    return storable(content) if isinstance(content, str) else ""


def _name(tool: dict[str, Any]) -> str:
    function: Any = tool.get("function")
    name: Any = cast("dict[str, Any]", function).get("name") if isinstance(function, dict) else tool.get("name")
    return name if isinstance(name, str) else ""
