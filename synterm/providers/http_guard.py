"""What every HTTP request of the LiteLLM process goes through. Only that process imports this.

LiteLLM follows redirects to any host with the key in the headers, and reads answers of any size. Here no redirect is
followed, a call talks to one origin only when a project named it, a key goes only to hosts that it is bound to, and
what came back is kept as it came.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from synterm.providers.key_hosts import bound_keys, matches, user_hosts
from synterm.providers.urls import origin
from synterm.providers.wire import MAX_ANSWER_BYTES


@dataclass(eq=False)
class Exchange:
    """What one call sent and got."""

    only: str | None = None
    """The only origin that it may talk to; None: any."""
    sent_to: str | None = None
    refused: str | None = None
    """The origin that a request was for, and that was not allowed."""
    refused_key: str | None = None
    """The variable whose value was in that request, where it is not bound to that origin."""
    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    body: bytearray = field(default_factory=bytearray)
    too_large: bool = False
    cut: bool = False
    """The connection broke while the answer came in."""

    def begin(self, request: httpx.Request) -> None:
        """A new request starts. Raises httpx.ConnectError for an origin that is not allowed."""
        self.sent_to, self.status = self.check(request), None
        self.body.clear()

    def check(self, request: httpx.Request) -> str:
        """Where `request` goes. Raises httpx.ConnectError for an origin that is not allowed."""
        place = origin(str(request.url.copy_with(query=None, fragment=None))) or str(request.url.host)
        if self.only is not None and place != self.only:
            self.refused = place
            raise httpx.ConnectError(f"{place} is not {self.only}", request=request)
        for key in _KEYS:
            if key.stands_in(request) and not any(matches(entry, place) for entry in key.hosts):
                self.refused, self.refused_key = place, key.name
                raise httpx.ConnectError(f"{place} is no host of {key.name}", request=request)
        return place

    def answer(self, response: httpx.Response) -> None:
        """Note how the answer starts."""
        self.status, self.headers = response.status_code, response.headers

    def instead(self, request: httpx.Request) -> httpx.Response | None:
        """The answer to a request that is not to be sent; None: it is sent."""
        return None

    def keep(self, chunk: bytes) -> bytes:
        """Note a part of the answer; gives what whoever asked is to see of it. Raises httpx.ReadError when it gets too
        large."""
        if len(self.body) + len(chunk) > MAX_ANSWER_BYTES:
            self.too_large = True
            raise httpx.ReadError("the answer is too large")
        self.body += chunk
        return chunk


@dataclass(frozen=True, slots=True)
class _Key:
    """A key of the user's, known by its value."""

    name: str
    value: bytes
    hosts: tuple[str, ...]

    def stands_in(self, request: httpx.Request) -> bool:
        """Whether it is in the address or in a header, where keys go."""
        return self.value in request.url.raw_path or any(self.value in held for _, held in request.headers.raw)


_KEYS: list[_Key] = []
EXCHANGE: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The exchange of the call that runs in this task."""


class _Kept(httpx.AsyncByteStream):
    """The decoded body of a response, noted while it is read."""

    def __init__(self, response: httpx.Response, exchange: Exchange) -> None:
        self._response = response
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = self._response.aiter_bytes()
        while (chunk := await self._next(chunks)) is not None:
            yield self._exchange.keep(chunk)

    async def _next(self, chunks: AsyncIterator[bytes]) -> bytes | None:
        try:
            return await anext(chunks, None)
        except httpx.TransportError:
            self._exchange.cut = True
            raise

    async def aclose(self) -> None:
        await self._response.aclose()


def install() -> None:
    """Put the guard into httpx, for this process and for good. Raises ModelError where the settings can't be read."""
    _KEYS[:] = [_Key(key.name, key.value.encode(), key.hosts) for key in bound_keys(os.environ, user_hosts())]
    send, send_sync = httpx.AsyncClient.send, httpx.Client.send

    async def guarded(
        self: httpx.AsyncClient, request: httpx.Request, *, stream: bool = False, **rest: Any
    ) -> httpx.Response:
        exchange = EXCHANGE.get() or Exchange()
        exchange.begin(request)
        rest |= {"stream": True, "follow_redirects": False}
        response = exchange.instead(request) or await send(self, request, **rest)
        exchange.answer(response)
        kept = _with_body(response, _Kept(response, exchange))
        try:
            if not stream:
                await kept.aread()
        except BaseException:
            await kept.aclose()
            raise
        return kept

    def guarded_sync(self: httpx.Client, request: httpx.Request, **rest: Any) -> httpx.Response:
        # LiteLLM asks for details of a model so, beside the call itself.
        (EXCHANGE.get() or Exchange()).check(request)
        rest["follow_redirects"] = False
        return send_sync(self, request, **rest)

    httpx.AsyncClient.send = guarded
    httpx.Client.send = guarded_sync


def _with_body(response: httpx.Response, body: httpx.AsyncByteStream) -> httpx.Response:
    headers = [
        (name, value)
        for name, value in response.headers.raw
        if name.lower() not in (b"content-encoding", b"content-length")
    ]
    kept = httpx.Response(
        response.status_code, headers=headers, stream=body, request=response.request, extensions=response.extensions
    )
    kept.elapsed = timedelta(0)
    return kept
