"""Logs of requests in OpenAI's shape, as proxies such as LiteLLM write them: messages, and what was answered."""

from __future__ import annotations

from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.chat import fields_of, turns_of
from synterm.formats.sources.json_lines import json_lines
from synterm.formats.sources.json_list import objects_of
from synterm.formats.sources.log_facts import facts_of, tags_in
from synterm.formats.sources.logged_answer import Said, said_in
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
        for where, number, found in json_lines(file) if file.peek.is_lines else objects_of(file):
            yield found if isinstance(found, InputError) else _row(where, number, found)


def _row(where: str, number: int, found: dict[str, Any]) -> SourceRow | InputError:
    messages = _messages(found)
    said = _answer(found)
    if said is None and (turns := turns_of(messages))[1:] and turns[-1][0] == "assistant":
        # What was asked stands before the last answer, where a line holds the whole talk.
        said, messages = Said(turns[-1][1]), cast("list[Any]", messages)[:-1]
    fields = fields_of(messages)
    if fields is None:
        return InputError("no user says anything in it", where=where)
    detail = {name: found[name] for name in _KEPT if name in found and isinstance(found[name], str | int | float)}
    if "model" not in detail and isinstance(model := _at(found, ("request", "model")), str):
        detail["model"] = model
    if said and said.text:
        fields["answer"] = said.text
        detail["answer"] = said.text[:_MOST]
    try:
        call = facts_of(found, said)
    except InputError as error:
        return InputError(error.message, where=where)
    return SourceRow(
        where, number, fields, tags=tuple(tags_in(found)), detail={"request": detail} if detail else {}, call=call
    )


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


def _answer(found: dict[str, Any]) -> Said | None:
    return next((said for path in _ANSWERS if (said := said_in(_at(found, path))) is not None), None)


def _at(found: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = found
    for name in path:
        value = cast("dict[str, Any]", value).get(name) if isinstance(value, dict) else None
    return value
