"""The door to providers' batches: many requests handed in together, for less money, answered within a day.

Files and batches go through LiteLLM, whose process keeps keys to their hosts as for any call. A line says what the same
request would say if it were sent at once, and an answer is read as if it had come at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.model import ModelSpec
from synterm.core.request import JsonSchema, Request
from synterm.errors import ModelError
from synterm.providers import prices
from synterm.providers.access import origin
from synterm.providers.batch_documents import Line, Remote, is_name, read_remote
from synterm.providers.families import BY_NAME
from synterm.providers.http_outcomes import Answered, failure_of, provider_error
from synterm.providers.keys import NO_KEY, redacted
from synterm.providers.loose_json import as_object, read_json
from synterm.providers.openai_answers import Document, cached_tokens, read_answer
from synterm.providers.openai_endpoints import base_of, endpoint_of
from synterm.providers.openai_target import target_of
from synterm.providers.params import EndpointParams, read_params
from synterm.providers.registry import Providers

MOST_REQUESTS = 50_000
"""In one batch (OpenAI's limit, the lowest of all)."""
MOST_BYTES = 200_000_000
"""In one file of requests."""
MOST_RESULT_BYTES = 2_000_000_000
"""The largest file of results that is taken."""

LONGEST_UPLOAD_S = 1800.0
"""So long a file may be on its way."""
_CALL_S, _FILE_S = 60.0, LONGEST_UPLOAD_S
_TAG = "synterm_batch"

Protocol = Literal["openai", "azure", "anthropic"]
_PROTOCOLS: Mapping[str, Protocol] = {
    **dict.fromkeys(
        ("openai", "custom_openai", "openai_like", "hosted_vllm", "litellm_proxy", "groq"),
        "openai",
    ),
    "azure": "azure",
    "anthropic": "anthropic",
}
_ANTHROPICS = ("ANTHROPIC_API_BASE", "ANTHROPIC_BASE_URL")
_URLS: Mapping[Protocol, str] = {"openai": "/v1/chat/completions", "azure": "/chat/completions", "anthropic": ""}


class BatchCallError(ModelError):
    """A call about a batch failed."""

    def __init__(self, failure: Completion) -> None:
        super().__init__(failure.error or failure.outcome.value, hint=failure.hint)
        self.failure = failure

    @property
    def passing(self) -> bool:
        """Whether another try may go better."""
        return self.failure.retry_after_s is not None

    @property
    def certain(self) -> bool:
        """Whether it is certain that the endpoint did not do what it was asked for."""
        failure = self.failure
        refused = failure.outcome is Outcome.PROVIDER_ERROR and failure.retry_after_s is None
        return failure.outcome in (Outcome.NOT_SENT, Outcome.RATE_LIMITED) or refused


@dataclass(frozen=True, slots=True)
class Way:
    """How the files and batches of a model are reached."""

    protocol: Protocol
    call: Mapping[str, Any]


def why_not_batched(spec: ModelSpec) -> str | None:
    """Why a model's requests can't go into a batch; None when they can, as far as that is known without asking."""
    if spec.free:
        return "it runs on this machine"
    if spec.provider == "http":
        return "it is an app"
    if spec.provider not in _PROTOCOLS:
        return f"there is no batch API for {spec.provider} here"
    return None


class BatchDoor:
    """Batches of all models. Use one instance from one event loop."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def line(self, request: Request) -> bytes | None:
        """The line of a batch's file that stands for a request, without its end; None when it can't go into a batch.

        Raises ModelError for a request that can't be sent in any way.
        """
        protocol = _PROTOCOLS.get(request.model.provider)
        if protocol is None:
            return None
        held = request.constraint if request.model.constrained else None
        if protocol == "anthropic" and isinstance(held, JsonSchema):
            return None  # LiteLLM may make a tool of the schema, and then has to know that from the request
        body = self._plain_body(request) or await self._litellms_body(request, protocol)
        if body is None:
            return None
        name = orjson.dumps(request.key)
        if protocol == "anthropic":
            return b'{"custom_id":%b,"params":%b}' % (name, body)
        url = orjson.dumps(_URLS[protocol])
        return b'{"custom_id":%b,"method":"POST","url":%b,"body":%b}' % (name, url, body)

    async def upload(self, spec: ModelSpec, path: Path) -> str:
        """Bring a file of requests to the provider; gives the file's id. Raises BatchCallError."""
        document = await self._call(spec, _FILE_S, batch="upload", path=str(path))
        return _name(document)

    async def create(self, spec: ModelSpec, file: str, path: Path, name: str) -> Remote:
        """Begin a batch of the requests in an uploaded file, under a name of ours. Raises BatchCallError."""
        document = await self._call(spec, _FILE_S, batch="create", file=file, path=str(path), tags={_TAG: name})
        return _remote(document)

    async def find(self, spec: ModelSpec, name: str) -> Remote | None:
        """The batch under a name of ours; None when there is none. Raises BatchCallError where nobody can tell."""
        document = await self._call(spec, _CALL_S, batch="find", tags={_TAG: name})
        return _remote(document) if document else None

    async def retrieve(self, spec: ModelSpec, batch: str) -> Remote:
        """How far a batch is. Raises BatchCallError."""
        return _remote(await self._call(spec, _CALL_S, batch="retrieve", id=_checked(batch)))

    async def download(self, spec: ModelSpec, name: str, path: Path) -> None:
        """Bring results here. Raises BatchCallError."""
        room = MOST_RESULT_BYTES
        await self._call(spec, _FILE_S, batch="download", id=_checked(name), path=str(path), room=room)

    async def read(self, spec: ModelSpec, line: Line) -> Completion:
        """The completion in a line of results, at the price of a batch. How long it took nobody knows."""
        if line.status != 200:
            place = _place(spec)
            failure = failure_of(Answered(place, line.status, {}, line.body), spec.api_key_env)
            return redacted(replace(failure, raw=line.body, retry_after_s=None), self._key(spec))
        bill = _Bill(spec)
        if self._direct(spec) and (answer := read_answer(line.body, bill)) is not None:
            return redacted(replace(answer, raw=line.body), self._key(spec))
        answer = await self._providers.litellm_for(spec).read(_asked(spec), line.body)
        answer = replace(answer, cost_usd=bill(answer.usage, _usage_in(line.body)), raw=line.body)
        return redacted(answer, self._key(spec))

    def _direct(self, spec: ModelSpec) -> bool:
        return self._providers.fast and endpoint_of(spec) is not None

    def _plain_body(self, request: Request) -> bytes | None:
        """The body where the endpoint is asked directly."""
        if not self._direct(request.model):
            return None
        target = target_of(request.model)
        params = read_params(EndpointParams, request.params, "a model behind an endpoint")
        held = request.constraint if request.model.constrained else None
        if not target.endpoint.takes(request.params, isinstance(held, JsonSchema)):
            return None
        return target.body(request, params, held, streamed=False)

    async def _litellms_body(self, request: Request, protocol: Protocol) -> bytes | None:
        """The body as LiteLLM would send it; None where it speaks another protocol to the model."""
        said = await self._providers.litellm_for(request.model).said(request)
        if said.outcome is not Outcome.COMPLETE:
            raise BatchCallError(said)
        document = as_object(read_json(said.text.encode()))
        ending = "/v1/messages" if protocol == "anthropic" else "/chat/completions"
        if not str(document.get("path")).endswith(ending):
            return None
        body = as_object(read_json(str(document.get("body")).encode()))
        body.pop("stream", None)
        return orjson.dumps(body) if body else None

    async def _call(self, spec: ModelSpec, limit_s: float, **call: Any) -> dict[str, Any]:
        way = way_of(spec)
        call |= {"protocol": way.protocol, "url": _URLS[way.protocol], **way.call}
        answer = await self._providers.litellm_for(spec).batch(spec, call, limit_s)
        if answer.outcome is Outcome.MALFORMED and call["batch"] != "download":
            # What came is no document, so nobody knows whether it was done: another look tells.
            answer = replace(answer, retry_after_s=0.0)
        if answer.outcome is not Outcome.COMPLETE:
            raise BatchCallError(answer)
        return as_object(read_json(answer.text.encode()))

    def _key(self, spec: ModelSpec) -> str | None:
        return way_of(spec).call.get("api_key")


class _Bill:
    """What an answer costs in a batch."""

    def __init__(self, spec: ModelSpec) -> None:
        self._price = prices.batch_price_of(spec)

    def __call__(self, tokens: Usage, usage: Document) -> float | None:
        """US dollars; None: unknown."""
        return prices.cost_of(self._price, tokens, cached_tokens(usage))


def most_cost_of(spec: ModelSpec, tokens: Usage) -> float | None:
    """What an answer may have cost at most, in US dollars, where the price of a batch is not known: the full price."""
    return prices.cost_of(prices.batch_price_of(spec) or prices.price_of(spec), tokens)


def way_of(spec: ModelSpec) -> Way:
    """How. Raises ModelError where there is no such way."""
    protocol = _PROTOCOLS.get(spec.provider)
    if protocol is None:
        raise ModelError(f"the model {spec.name!r} can't be asked in batches: {why_not_batched(spec)}")
    if protocol == "azure":
        return Way(protocol, {})  # LiteLLM knows where its credentials come from
    base, keys = base_of(spec) or (spec.api_base, BY_NAME[spec.provider].keys if spec.provider in BY_NAME else ())
    if protocol == "anthropic":
        keys = () if spec.api_base else keys
        base = base or next(filter(None, map(os.environ.get, _ANTHROPICS)), None)
    names = (spec.api_key_env,) if spec.api_key_env else keys
    key = next(filter(None, map(os.environ.get, names)), NO_KEY)
    return Way(protocol, {"api_base": base, "api_key": key})


def _place(spec: ModelSpec) -> str:
    base = way_of(spec).call.get("api_base") or spec.api_base
    return (origin(base) if base else None) or spec.provider


def _asked(spec: ModelSpec) -> Request:
    """A request by which LiteLLM knows how to read an answer of the model: what it said does not matter for that."""
    from synterm.core.prompt import Message

    return Request(spec, (Message(role="user", content="-"),), {})


def _usage_in(body: bytes) -> Document:
    return as_object(as_object(read_json(body)).get("usage"))


def _remote(document: Mapping[str, Any]) -> Remote:
    remote = read_remote(document)
    if remote is None:
        raise BatchCallError(_unreadable("no batch"))
    return remote


def _name(document: Mapping[str, Any]) -> str:
    if not is_name(document.get("id")):
        raise BatchCallError(_unreadable("no file"))
    return str(document["id"])


def _checked(name: str) -> str:
    """An id from the project file, which someone else may have written."""
    if not is_name(name):
        raise BatchCallError(provider_error("the project file names a batch in a way that no provider does"))
    return name


def _unreadable(what: str) -> Completion:
    return Completion(
        Outcome.MALFORMED,
        error=f"the endpoint sent what is {what}",
        hint="see whether it offers OpenAI's batch API",
        retry_after_s=0.0,
    )
