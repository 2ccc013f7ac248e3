"""A trial of a model, for people and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import value_text
from synterm.core.completion import Completion
from synterm.core.prompt import Message
from synterm.evaluate.trial import Trial
from synterm.providers.http_exchange import Exchange
from synterm.text import one_line, printable, storable

_MOST = 4000
"""Characters of a body in the document."""
_SHOWN = 600
"""And in words for people."""


class TrialCall(BaseModel):
    """One call to an app's endpoint."""

    what: str
    """``call``, or of a conversation: ``start``, ``earlier turn``, ``turn``, ``end``."""
    method: str
    url: str
    headers: dict[str, str]
    """With the names of variables in place of their values."""
    body: str
    status: int | None
    """None: no answer came."""
    response: str
    """Its first 4000 characters."""
    latency_ms: float


class TrialDocument(BaseModel):
    """A model tried out with one request."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.trial/1"] = Field(default="synterm.trial/1", alias="schema")
    name: str
    model: str
    endpoint: str | None
    messages: list[Message]
    params: dict[str, Any]
    calls: list[TrialCall]
    """To an app's endpoint; empty for other models."""
    outcome: str
    answer: str
    error: str | None
    hint: str | None
    latency_ms: float | None
    cost_usd: float | None
    tokens: dict[str, int | None]
    response: str
    """The response that the answer was read from; its first 4000 characters."""


def trial_document(trial: Trial) -> TrialDocument:
    """The document of a trial."""
    spec, completion = trial.request.model, trial.completion
    return TrialDocument(
        name=spec.name,
        model=spec.model,
        endpoint=spec.api_base,
        messages=list(trial.request.messages),
        params=trial.request.params,
        calls=[_call(exchange) for exchange in trial.calls],
        outcome=completion.outcome.value,
        answer=storable(completion.text),
        error=completion.error,
        hint=completion.hint,
        latency_ms=completion.latency_ms,
        cost_usd=completion.cost_usd,
        tokens={"prompt": completion.usage.prompt, "completion": completion.usage.completion},
        response=_text(completion.raw),
    )


def trial_lines(trial: Trial) -> Iterator[str]:
    """A trial in words: what was sent, what came back, what was read from it. Every line is safe to show."""
    document = trial_document(trial)
    place = f" at {document.endpoint}" if document.endpoint else ""
    yield one_line(f"{document.name}: {document.model}{place}")
    if document.calls:
        for call in document.calls:
            yield from _call_lines(call)
    else:
        yield from (one_line(f"→ {message.role}: {message.content}", _SHOWN) for message in document.messages)
        yield from _pairs(document.params)
        if document.response:
            yield f"← {one_line(document.response, _SHOWN)}"
    yield from _outcome(document, trial.completion)


def _call(exchange: Exchange) -> TrialCall:
    return TrialCall(
        what=exchange.what,
        method=exchange.method,
        url=exchange.url,
        headers=dict(exchange.headers),
        body=_text(exchange.sent),
        status=exchange.status,
        response=_text(exchange.body),
        latency_ms=exchange.latency_ms,
    )


def _call_lines(call: TrialCall) -> Iterator[str]:
    yield one_line(f"→ {call.what}: {call.method} {call.url}")
    yield from _pairs(call.headers)
    if call.body:
        yield f"    {one_line(call.body, _SHOWN)}"
    status = "no answer" if call.status is None else f"{call.status}"
    yield f"← {status} after {call.latency_ms:,.0f} ms"
    if call.response:
        yield f"    {one_line(call.response, _SHOWN)}"


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"    {one_line(f'{name}: {value_text(value)}', _SHOWN)}" for name, value in values.items())


def _outcome(document: TrialDocument, completion: Completion) -> Iterator[str]:
    time = "" if document.latency_ms is None else f" after {document.latency_ms:,.0f} ms"
    if completion.outcome.answered:
        cost = "" if not document.cost_usd else f", ${document.cost_usd:.6f}"
        yield f"✓ {document.outcome}{time}{cost}"
        cut = "…" if len(document.answer) > _MOST else ""
        yield printable(document.answer[:_MOST]) + cut
    else:
        yield f"✗ {document.outcome}{time}: {printable(document.error or '')}"
    if document.hint:
        yield printable(document.hint)


def _text(body: bytes) -> str:
    text = body[: 4 * _MOST].decode("utf-8", "replace")
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
