"""Logs of requests in OpenAI's shape, as proxies such as LiteLLM write them: messages, and what was answered."""

from __future__ import annotations

from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.chat import fields_of, text_of_content, turns_of
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.peek import Peek
from synterm.formats.strict_json import load_json

_REQUESTS = (
    ("messages",),
    ("request", "messages"),
    ("request", "body", "messages"),
    ("body", "messages"),
    ("kwargs", "messages"),
    ("proxy_server_request", "body", "messages"),
    ("request", "input"),
    ("body", "input"),
    ("conversations",),
)
_ANSWERS = (("response",), ("response", "body"), ("output",), ("completion",), ("response_obj",), ("answer",))
_KEPT = ("id", "custom_id", "model", "created", "startTime", "timestamp", "user", "end_user", "trace_id", "status")
_MOST = 20_000


class RequestLog(Source):
    """A request a line: what the user said last is the input, the answer is kept in the origin."""

    name = "log"
    title = "request logs of OpenAI, LiteLLM and their like: messages and response"
    tells_expected = True

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return bool(turns_of(_messages(peek.first)))

    def rows(self, file: SourceFile) -> Rows:
        for where, number, found in json_lines(file) if file.peek.has_lines_of_json else objects_of(file):
            yield found if isinstance(found, InputError) else _row(where, number, found)


def _row(where: str, number: int, found: dict[str, Any]) -> SourceRow | InputError:
    messages = _messages(found)
    turns = turns_of(messages)
    answer = _answer(found)
    if answer is None and len(turns) > 1 and turns[-1][0] == "assistant":
        # What was asked stands before the last answer, where a line holds the whole talk.
        answer, messages = turns[-1][1], cast("list[Any]", messages)[:-1]
    fields = fields_of(messages)
    if fields is None:
        return InputError("no user says anything in it", where=where)
    detail = {name: found[name] for name in _KEPT if isinstance(found.get(name), str | int | float)}
    if "model" not in detail and isinstance(model := _at(found, ("request", "model")), str):
        detail["model"] = model
    if answer:
        fields["answer"] = answer
        detail["answer"] = answer[:_MOST]
    return SourceRow(where, number, fields, tags=_tags(found), detail={"request": detail} if detail else {})


def _messages(found: dict[str, Any]) -> Any:
    for path in _REQUESTS:
        value = _at(found, path)
        if isinstance(value, str) and value.lstrip().startswith("["):
            try:
                value = load_json(value)
            except ValueError:
                continue  # a text that only begins like a list of messages
        if isinstance(value, list) and value:
            return cast("list[Any]", value)
    return None


def _answer(found: dict[str, Any]) -> str | None:
    for path in _ANSWERS:
        value = _at(found, path)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, dict) and (text := _said(cast("dict[str, Any]", value))):
            return text
    return None


def _said(response: dict[str, Any]) -> str:
    choices = response.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        choice = cast("dict[str, Any]", choices[0])
        message = choice.get("message")
        if isinstance(message, dict):
            return text_of_content(cast("dict[str, Any]", message).get("content"))
        return text_of_content(choice.get("text"))
    if isinstance(output := response.get("output"), list):
        return "".join(text for _, text in turns_of(output))
    return text_of_content(response.get("output_text", response.get("content")))


def _tags(found: dict[str, Any]) -> tuple[str, ...]:
    tags = found.get("request_tags", found.get("tags"))
    return tuple(tag for tag in cast("list[Any]", tags) if isinstance(tag, str)) if isinstance(tags, list) else ()


def _at(found: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = found
    for name in path:
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value
