"""The tools that an answer calls, as the text that stands for them: so they are shown, kept and judged as any text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from synterm.providers.loose_json import as_list, as_object
from synterm.text import storable


@dataclass(slots=True)
class ToolCall:
    """A call, or a piece of one in a stream; each of its texts may be empty."""

    index: int | None = None
    """Which of the calls of an answer it belongs to, where a stream says so."""
    id: str = ""
    name: str = ""
    arguments: str = ""
    """JSON, as the model wrote it."""


def calls_said(said: Mapping[str, Any]) -> list[ToolCall]:
    """The calls, or pieces of calls, in a message or a delta of OpenAI's chat protocol, also of its older form."""
    items = [as_object(item) for item in as_list(said.get("tool_calls"))]
    if not items and (older := as_object(said.get("function_call"))):
        items = [{"index": 0, "function": older}]
    calls = (_call(item) for item in items)
    return [call for call in calls if call.name or call.arguments or call.id]


def joined(pieces: Iterable[ToolCall]) -> list[ToolCall]:
    """The calls that the pieces of a stream add up to, in the order in which they began."""
    calls: list[ToolCall] = []
    for piece in pieces:
        if (call := _begun(calls, piece)) is None:
            calls.append(ToolCall(piece.index, piece.id, piece.name, piece.arguments))
        else:
            call.name += piece.name if piece.name != call.name else ""
            call.arguments += piece.arguments
    return calls


def answer_text(content: str, calls: Iterable[ToolCall]) -> str:
    """The text of an answer: its content where no tool is called; ``[{"name": …, "arguments": …}]`` where nothing else
    is said; else ``{"content": …, "tool_calls": […]}``. Compact JSON. Arguments that are not JSON stay text."""
    called = [{"name": storable(call.name), "arguments": _arguments(call.arguments)} for call in calls]
    if not called:
        return content
    said = content.strip()
    return orjson.dumps({"content": storable(said), "tool_calls": called} if said else called).decode()


def _call(item: dict[str, Any]) -> ToolCall:
    index: Any = item.get("index")
    # Tools of the kind `custom` take plain text.
    called = as_object(item.get("function")) or as_object(item.get("custom"))
    arguments: Any = called.get("arguments", called.get("input"))
    if isinstance(arguments, dict | list):
        # Some servers send what they have read already.
        arguments = orjson.dumps(arguments).decode()
    return ToolCall(index if type(index) is int else None, *map(_text, (item.get("id"), called.get("name"), arguments)))


def _begun(calls: list[ToolCall], piece: ToolCall) -> ToolCall | None:
    """The call that `piece` goes on with; None where it begins one."""
    if piece.index is None:
        return calls[-1] if calls and not piece.name else None
    return next(_with_index(calls, piece), None)


def _with_index(calls: list[ToolCall], piece: ToolCall) -> Iterator[ToolCall]:
    for call in reversed(calls):
        # Some servers give every call the index 0; what tells them apart is the id.
        if call.index == piece.index and (not piece.id or not call.id or piece.id == call.id):
            yield call


def _arguments(text: str) -> Any:
    try:
        return orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError:
        return storable(text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
