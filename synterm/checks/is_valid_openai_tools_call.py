"""The tools that the answer calls exist, and take what they are called with."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any, cast

import orjson
from pydantic import Field, field_validator

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.called import Called, calls_in
from synterm.checks.fields import bounded
from synterm.checks.json_schema import MAX_CHARACTERS, Schema
from synterm.core.evaluation import CheckResult
from synterm.core.ids import canonical_json
from synterm.errors import InputError
from synterm.text import one_line

_ROOM = {
    "type": "function",
    "function": {"name": "book_room", "parameters": {"properties": {"hours": {"type": "integer"}}}},
}


class IsValidOpenaiToolsCall(Check):
    """The answer calls tools, all of which were offered, each with arguments that fit its JSON schema.

    The tools are those in the parameters of the prompt or model that were called with (`tools`), or those of the check.
    A tool without a schema takes any object. An answer without calls, or an empty one, fails. No verdict where no tools
    are known, a schema can't be used, or the answer is over 200,000 characters long.
    """

    type = "is-valid-openai-tools-call"
    example = Example(
        {},
        '[{"name": "book_room", "arguments": {"hours": "two"}}]',
        False,
        "book_room: $.hours: 'two' is not of type 'integer'",
        tools=(_ROOM,),
    )

    tools: tuple[dict[str, Any], ...] | None = Field(default=None, min_length=1)
    """The tools, as OpenAI's protocol says them: ``{type: function, function: {name: …, parameters: {…}}}``; without
    them those that the model was offered."""

    @field_validator("tools")
    @classmethod
    def _usable(cls, tools: tuple[dict[str, Any], ...] | None) -> tuple[dict[str, Any], ...] | None:
        for schema in _parameters(tools or ()).values():
            if schema is not None:
                _schema(canonical_json(schema))
        return tools

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("tools",) if self.tools is None else super().relies_on

    def judge(self, answer: Answer) -> CheckResult:
        calls = calls_in(bounded(answer.text, MAX_CHARACTERS))
        if not calls:
            return self.verdict(False, "calls no tool")
        known = self._known(answer)
        complaint = next((said for call in calls if (said := _complaint(call, known))), None)
        names = ", ".join(dict.fromkeys(call.name for call in calls[:5]))
        return self.verdict(complaint is None, complaint or f"calls {one_line(names, 120)}")

    def _known(self, answer: Answer) -> dict[str, Any]:
        tools = self.tools if self.tools is not None else answer.tools
        if not tools:
            raise InputError("no tools are known: neither the check nor the prompt's or model's parameters have them")
        try:
            return _parameters(tools)
        except ValueError as error:
            raise InputError(str(error)) from error


def _parameters(tools: Any) -> dict[str, Any]:
    """The schemas of the arguments by the tools' names. Raises ValueError."""
    found: dict[str, Any] = {}
    for tool in tools:
        function = cast("dict[str, Any]", tool).get("function") if isinstance(tool, dict) else None
        name = cast("dict[str, Any]", function).get("name") if isinstance(function, dict) else None
        if not isinstance(name, str) or not name:
            raise ValueError("a tool has no function with a name")
        schema = cast("dict[str, Any]", function).get("parameters")
        if not isinstance(schema, dict | None):
            raise ValueError(f"the parameters of {one_line(name, 40)} are no JSON schema")
        found[name] = schema
    return found


def _complaint(call: Called, known: dict[str, Any]) -> str | None:
    name = one_line(call.name, 60)
    if call.name not in known:
        return f"{name} is not one of the tools: {one_line(', '.join(known), 80)}"
    if not isinstance(call.arguments, dict):
        return f"{name}: the arguments are no JSON object"
    if known[call.name] is None:
        return None
    try:
        complaint = _schema(canonical_json(known[call.name])).complaint(call.arguments)
    except ValueError as error:
        raise InputError(f"the schema of {name} can't be used: {error}") from error
    return None if complaint is None else f"{name}: {complaint}"


@lru_cache(maxsize=64)
def _schema(source: bytes) -> Schema:
    return Schema(orjson.loads(source))
