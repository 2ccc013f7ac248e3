"""A model that is asked directly: what all its calls have in common, made once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from synterm.core.completion import Usage
from synterm.core.model import ModelSpec
from synterm.core.request import Constraint, JsonSchema, Request
from synterm.errors import ModelError
from synterm.providers import access, prices
from synterm.providers.availability import require_key
from synterm.providers.http_client import tls
from synterm.providers.keys import NO_KEY
from synterm.providers.openai_answers import Document, cached_tokens
from synterm.providers.openai_endpoints import Endpoint, endpoint_of
from synterm.providers.params import EndpointParams

if TYPE_CHECKING:
    import ssl

    from yarl import URL

_HEADER = re.compile(r"[\x21-\x7e]+")
_OF_THE_ACCOUNT = {
    "OpenAI-Organization": ("OPENAI_ORGANIZATION", "OPENAI_ORG_ID"),
    "OpenAI-Project": ("OPENAI_PROJECT", "OPENAI_PROJECT_ID"),
}


class Target:
    """Where a model is reached, and how its requests look."""

    def __init__(self, spec: ModelSpec, endpoint: Endpoint) -> None:
        from yarl import URL

        self.spec = spec
        self.endpoint = endpoint
        self.url: URL = URL(endpoint.url)
        self.place = access.origin(endpoint.base) or endpoint.base
        self.tls: ssl.SSLContext | bool = tls() if self.url.scheme == "https" else True
        self._price = prices.price_of(spec)
        self._headers: dict[str, dict[str, str]] = {}

    def key(self) -> str:
        """The key to send. A project's endpoint gets only the one that the model names. Raises ModelError."""
        if self.spec.api_key_env is not None:
            names = (self.spec.api_key_env,)
        else:
            names = () if self.spec.api_base is not None else self.endpoint.keys
        for name in names:
            if value := os.environ.get(name):
                return value
        require_key(self.spec)
        return NO_KEY

    def headers(self, key: str) -> Mapping[str, str]:
        """The headers of a request with this key. Raises ModelError for a key that no header can hold."""
        if key not in self._headers:
            if _HEADER.fullmatch(key) is None:
                hint = "look for spaces and line breaks around it"
                raise ModelError(f"the key of the model {self.spec.name!r} holds what no key can", hint=hint)
            self._headers = {key: self._headers_with(key)}
        return self._headers[key]

    def body(self, request: Request, params: EndpointParams, held: Constraint | None, *, streamed: bool) -> bytes:
        """The body of a request."""
        document: dict[str, Any] = {
            "model": self.endpoint.model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            **params.model_dump(exclude_none=True, exclude={"timeout"}),
            **self.endpoint.extra,
        }
        # Labels are held to by a grammar, which endpoints don't take.
        if isinstance(held, JsonSchema):
            schema = {"name": "answer", "schema": held.schema}
            document["response_format"] = {"type": "json_schema", "json_schema": schema}
        if streamed:
            document["stream"] = True
            if self.endpoint.asks_usage:
                document["stream_options"] = {"include_usage": True}
        return orjson.dumps(document)

    def bill(self, tokens: Usage, usage: Document) -> float | None:
        """What an answer cost, in US dollars: by the project's price, the endpoint's own word, or the price list."""
        own: Any = usage.get("cost") if self.endpoint.reports_cost and self.spec.price is None else None
        if isinstance(own, int | float) and own >= 0:
            return float(own)
        return prices.cost_of(self._price, tokens, cached_tokens(usage))

    def _headers_with(self, key: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", "User-Agent": "synterm"}
        if self.spec.provider == "openai" and self.spec.api_base is None:
            for name, variables in _OF_THE_ACCOUNT.items():
                if value := next(filter(None, map(os.environ.get, variables)), None):
                    headers[name] = value.strip()
        return headers


def target_of(spec: ModelSpec) -> Target:
    """How `spec` is asked. Raises ModelError for a model that can't be asked directly, or whose key is missing."""
    require_key(spec)
    endpoint = endpoint_of(spec)
    if endpoint is None or access.origin(endpoint.base) is None:
        raise ModelError(f"the model {spec.name!r} has no endpoint that can be asked", hint="name it as api_base")
    return Target(spec, endpoint)
