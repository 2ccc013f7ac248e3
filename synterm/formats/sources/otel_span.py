"""One span of OpenTelemetry: what was asked, what was answered, by each of the forms that the GenAI conventions had.

Attributes and messages (opentelemetry.io/docs/specs/semconv/gen-ai):

- now: ``gen_ai.input.messages`` and ``gen_ai.output.messages``, as JSON or as structure, of messages with parts;
- up to 1.36: events ``gen_ai.user.message`` …, ``gen_ai.choice``; before that ``gen_ai.content.prompt`` and
  ``gen_ai.content.completion``;
- OpenLLMetry: ``gen_ai.prompt.0.content``, ``gen_ai.completion.0.content`` (or ``llm.prompts.…``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast

from synterm.core.completion import Outcome, Usage
from synterm.core.record import record
from synterm.formats.sources.call_facts import CallFacts, count, failure, number
from synterm.formats.sources.chat import text_of_content
from synterm.formats.sources.logged_answer import Said, said_in
from synterm.formats.sources.times import milliseconds
from synterm.formats.strict_json import load_json
from synterm.providers.chat_answers import finish_reason, finished
from synterm.providers.loose_json import as_list, as_object
from synterm.providers.tool_calls import answer_text, calls_said

_INDEXED = re.compile(r"(?:gen_ai|llm)\.(prompt|completion)s?\.(\d{1,6})\.(.+)")
_TOOL = re.compile(r"tool_calls\.(\d{1,4})\.(?:function\.)?(id|name|arguments)")
_ROLES = {f"gen_ai.{role}.message": role for role in ("system", "user", "assistant", "tool")}
_OF_MODELS = ("chat", "text_completion", "completion", "generate_content")
_OTHERS = ("embeddings", "execute_tool", "create_agent", "invoke_agent", "retrieval", "invoke_workflow", "rerank")
_PEOPLE = ("gen_ai.user", "gen_ai.openai.request.user", "llm.user", "user.id", "enduser.id", "user.email")
_PEOPLE_MORE = ("client.address", "client.ip", "http.client_ip")
_KEPT = {
    "gen_ai.conversation.id": "session_id",
    "session.id": "session_id",
    "gen_ai.agent.name": "agent",
    "service.name": "service",
    "deployment.environment.name": "environment",
    "deployment.environment": "environment",
    "gen_ai.response.id": "id",
}
_COSTS = ("gen_ai.usage.cost", "gen_ai.cost.total_cost", "llm.usage.total_cost", "operation.cost")
_LONGEST = 500


@record
class Span:
    """A span, with what it says flattened."""

    id: str
    trace: str
    start: Any
    end: Any
    attributes: Mapping[str, Any]
    events: list[tuple[str, Mapping[str, Any]]]
    """Each with its name."""
    status: Mapping[str, Any]
    resource: Mapping[str, Any]
    indexed: Mapping[str, dict[int, dict[str, Any]]]
    """Prompts and completions by their numbers, where attributes have numbers in them."""

    @property
    def is_call(self) -> bool:
        """Whether it is of a call of a language model."""
        operation = self.attributes.get("gen_ai.operation.name")
        if isinstance(operation, str) and operation:
            return operation in _OF_MODELS or operation not in _OTHERS
        if self.attributes.get("llm.request.type") in ("embedding", "rerank"):
            return False
        names = ("gen_ai.request.model", "gen_ai.system", "gen_ai.provider.name", "gen_ai.input.messages")
        return bool(self.indexed) or any(name in self.attributes for name in names)

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The messages that were sent, in order; empty where the span does not say it."""
        said = _listed(self.attributes.get("gen_ai.input.messages"))
        if not said and (event := self._event("gen_ai.client.inference.operation.details")):
            said = _listed(event.get("gen_ai.input.messages"))
        if said:
            return _instructions(self.attributes) + [_message(as_object(one)) for one in said]
        if found := self.indexed.get("prompt"):
            return [_numbered(found[place]) for place in sorted(found)]
        if messages := [_event_message(name, event) for name, event in self.events if name in _ROLES]:
            return messages
        prompt = self.attributes.get("gen_ai.prompt")
        if prompt is None and (event := self._event("gen_ai.content.prompt")):
            prompt = event.get("gen_ai.prompt")
        said = _listed(prompt)
        return [_message(as_object(one)) for one in said] or ([_user(prompt)] if isinstance(prompt, str) else [])

    @property
    def answered(self) -> Said | None:
        """The answer; None where the span tells of none."""
        output = _listed(self.attributes.get("gen_ai.output.messages"))
        if not output and (event := self._event("gen_ai.client.inference.operation.details")):
            output = _listed(event.get("gen_ai.output.messages"))
        if output:
            return _said(_message(as_object(output[0])), as_object(output[0]).get("finish_reason"))
        if found := self.indexed.get("completion"):
            first = found[min(found)]
            return _said(_numbered(first), first.get("finish_reason"))
        if choice := self._event("gen_ai.choice"):
            message = _structure(choice.get("message")) or choice
            return _said(_message(as_object(message)), choice.get("finish_reason"))
        completion = self.attributes.get("gen_ai.completion")
        if completion is None and (event := self._event("gen_ai.content.completion")):
            completion = event.get("gen_ai.completion")
        if found := _listed(completion):
            return _said(_message(as_object(found[0])), as_object(found[0]).get("finish_reason"))
        return said_in(completion)

    def _event(self, name: str) -> Mapping[str, Any] | None:
        return next((event for known, event in self.events if known == name), None)


def span_of(found: dict[str, Any], resource: Mapping[str, Any]) -> Span:
    """The span that an object of OTLP, or one that an SDK printed, is."""
    context = as_object(found.get("context"))
    attributes = plain_attributes(found.get("attributes"))
    indexed: dict[str, dict[int, dict[str, Any]]] = {}
    for name, value in attributes.items():
        if match := _INDEXED.fullmatch(name):
            indexed.setdefault(match[1], {}).setdefault(int(match[2]), {})[match[3]] = value
    return Span(
        id=_id(found.get("spanId") or found.get("span_id") or context.get("span_id")),
        trace=_id(found.get("traceId") or found.get("trace_id") or context.get("trace_id")),
        start=found.get("startTimeUnixNano", found.get("start_time_unix_nano", found.get("start_time"))),
        end=found.get("endTimeUnixNano", found.get("end_time_unix_nano", found.get("end_time"))),
        attributes=attributes,
        events=[_event(as_object(event)) for event in as_list(found.get("events"))],
        status=as_object(found.get("status")),
        resource=resource or plain_attributes(as_object(found.get("resource")).get("attributes")),
        indexed=indexed,
    )


def call_of(span: Span) -> CallFacts:
    """What a span says of its call. Raises InputError for a time that is none."""
    said = span.answered
    attributes = span.attributes
    finish = said.finish if said and said.finish else _first_reason(attributes)
    error = _error(span)
    outcome = said.outcome if said else None
    if error is not None and not (said and said.text):
        outcome = failure(error, attributes.get("http.response.status_code", attributes.get("error.type")))
    model = attributes.get("gen_ai.request.model") or attributes.get("gen_ai.response.model")
    return CallFacts(
        output=said.text if said else "",
        served=span.end or span.start,
        name="/".join(filter(None, (span.trace, span.id))),
        outcome=outcome or (Outcome.EMPTY if error is None else None),
        model=_short(model),
        finish_reason=finish,
        latency_ms=_latency(span),
        cost_usd=next((cost for name in _COSTS if (cost := number(attributes.get(name))) is not None), None),
        usage=Usage(_tokens(attributes, "input", "prompt"), _tokens(attributes, "output", "completion")),
        error=error,
        detail=_detail(span),
        people={name: text for name in (*_PEOPLE, *_PEOPLE_MORE) if (text := _short(attributes.get(name)))},
    )


def plain_attributes(found: Any) -> dict[str, Any]:
    """Attributes by their names: of ``[{"key": …, "value": {"stringValue": …}}]``, or an object as it is."""
    if isinstance(found, dict):
        return cast("dict[str, Any]", found)
    pairs = (as_object(one) for one in as_list(found))
    return {str(pair["key"]): _value(pair.get("value")) for pair in pairs if "key" in pair}


def _value(value: Any) -> Any:
    """What OTLP's AnyValue holds."""
    if not isinstance(value, dict):
        return value
    held = cast("dict[str, Any]", value)
    for name in ("stringValue", "string_value", "boolValue", "bool_value", "doubleValue", "double_value"):
        if name in held:
            return held[name]
    for name in ("intValue", "int_value"):
        if name in held:  # 64 bits are written as text
            return count(held[name]) if number(held[name]) is not None else held[name]
    for name in ("arrayValue", "array_value"):
        if name in held:
            return [_value(one) for one in as_list(as_object(held[name]).get("values"))]
    for name in ("kvlistValue", "kvlist_value"):
        if name in held:
            return plain_attributes(as_object(held[name]).get("values"))
    return None


def _event(found: dict[str, Any]) -> tuple[str, Mapping[str, Any]]:
    attributes = plain_attributes(found.get("attributes"))
    name = str(attributes.get("event.name") or found.get("name") or "")
    body = _structure(attributes.get("gen_ai.event.content", attributes.get("event.body")))
    return name, {**attributes, **as_object(body)}


def _listed(value: Any) -> list[Any]:
    return as_list(_structure(value))


def _structure(value: Any) -> Any:
    """A value that may be written as JSON in a text."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return load_json(value)
        except ValueError:
            return value  # cut off by the exporter, or a text that only begins so
    return value


def _instructions(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = _listed(attributes.get("gen_ai.system_instructions"))
    return [{"role": "system", "content": _text_of(parts)}] if parts else []


def _message(found: dict[str, Any]) -> dict[str, Any]:
    """A message in OpenAI's shape; parts of the GenAI conventions become its content and its calls of tools."""
    parts = as_list(found.get("parts"))
    role = found.get("role") or "user"
    if not parts:
        return {"role": role, "content": text_of_content(_structure(found.get("content"))), **_calls(found)}
    called = [
        {"id": part.get("id"), "function": {"name": part.get("name"), "arguments": part.get("arguments")}}
        for part in map(as_object, parts)
        if part.get("type") == "tool_call"
    ]
    return {"role": role, "content": _text_of(parts), **({"tool_calls": called} if called else {})}


def _text_of(parts: list[Any]) -> str:
    found = (part if isinstance(part, str) else _part(as_object(part)) for part in parts)
    return "".join(found)


def _part(part: dict[str, Any]) -> str:
    text = part.get("content", part.get("text"))
    return text if isinstance(text, str) and part.get("type", "text") == "text" else ""


def _calls(found: dict[str, Any]) -> dict[str, Any]:
    calls = _listed(found.get("tool_calls"))
    return {"tool_calls": calls} if calls else {}


def _numbered(found: Mapping[str, Any]) -> dict[str, Any]:
    """A message of attributes such as ``gen_ai.prompt.0.content``."""
    calls: dict[int, dict[str, Any]] = {}
    for name, value in found.items():
        if match := _TOOL.fullmatch(name):
            calls.setdefault(int(match[1]), {})[match[2]] = value
    message = {"role": found.get("role") or "user", "content": text_of_content(_structure(found.get("content")))}
    return {**message, "tool_calls": [{"function": calls[place]} for place in sorted(calls)]} if calls else message


def _event_message(name: str, event: Mapping[str, Any]) -> dict[str, Any]:
    return _message({"role": _ROLES[name], **event})


def _user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def _said(message: dict[str, Any], finish: Any) -> Said:
    reason = finish_reason(_plain_reason(finish)) if isinstance(finish, str) and finish else None
    done = finished(answer_text(message["content"], calls_said(message)), "", reason, Usage(), None)
    return Said(done.text, done.finish_reason, done.outcome)


def _first_reason(attributes: Mapping[str, Any]) -> str | None:
    reasons = as_list(_structure(attributes.get("gen_ai.response.finish_reasons")))
    return finish_reason(_plain_reason(reasons[0])) if reasons and isinstance(reasons[0], str) else None


def _plain_reason(reason: str) -> str:
    return "tool_calls" if reason == "tool_call" else reason


def _error(span: Span) -> str | None:
    code = span.status.get("code", span.status.get("status_code"))
    kind = span.attributes.get("error.type")
    if code not in (2, "2", "ERROR", "STATUS_CODE_ERROR") and not kind:
        return None
    told = next((event.get("exception.message") for name, event in span.events if name == "exception"), None)
    words = span.status.get("message") or span.status.get("description") or told
    parts = [one for one in (kind, words) if isinstance(one, str) and one]
    return ": ".join(parts)[:2000] or "the span says that it failed, and not why"


def _latency(span: Span) -> float | None:
    start, end = _nanoseconds(span.start), _nanoseconds(span.end)
    return round((end - start) / 1e6, 3) if start is not None and end is not None and end >= start else None


def _nanoseconds(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, int):
        return value
    found = milliseconds(value)
    return None if found is None else found * 1_000_000


def _tokens(attributes: Mapping[str, Any], now: str, before: str) -> int | None:
    for name in (f"gen_ai.usage.{now}_tokens", f"gen_ai.usage.{before}_tokens", f"llm.usage.{before}_tokens"):
        if (found := count(attributes.get(name))) is not None:
            return found
    return None


def _detail(span: Span) -> dict[str, Any]:
    detail = {"trace_id": span.trace, "span_id": span.id}
    for name, kept in _KEPT.items():
        detail.setdefault(kept, _short(span.attributes.get(name, span.resource.get(name))))
    return {name: value for name, value in detail.items() if value}


def _id(value: Any) -> str:
    return value.removeprefix("0x")[:64] if isinstance(value, str) else ""


def _short(value: Any) -> str:
    return value[:_LONGEST] if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
