"""Endpoints that speak OpenAI's chat protocol, asked directly: the same results as through LiteLLM, for less work."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from synterm.core.completion import Completion
from synterm.core.model import ModelSpec
from synterm.core.request import JsonSchema, Request
from synterm.errors import ModelError
from synterm.providers import access, wire
from synterm.providers.base import OnText, Provider
from synterm.providers.http_client import open_client
from synterm.providers.http_outcomes import timed_out, unreachable
from synterm.providers.keys import redacted, streamed_without
from synterm.providers.openai_call import Call, Timing
from synterm.providers.openai_target import Target, target_of
from synterm.providers.params import EndpointParams, read_params, wall_limit

if TYPE_CHECKING:
    import aiohttp

_KEPT = 256
"""How many models' targets are remembered."""
_SPARE_FILES = 224
"""Open files that are not connections to models."""


class OpenAIChatProvider:
    """Answers over HTTP, in this process. Nothing is connected to before the endpoint is allowed and the key is there.

    Makes no retries and follows no redirects. A request that LiteLLM would rewrite goes to `otherwise`.
    """

    def __init__(
        self,
        approved: Collection[str] = (),
        *,
        otherwise: Callable[[ModelSpec], Provider],
        loopback: Callable[[str], bool] = access.is_loopback,
    ) -> None:
        """`approved`: origins that project files may name. `otherwise`: who answers for what can't be sent plainly."""
        self._approved = approved
        self._otherwise = otherwise
        self._loopback = loopback
        self._session: aiohttp.ClientSession | None = None
        self._targets: dict[int, Target] = {}

    @property
    def width(self) -> int:
        """What most endpoints take without complaint."""
        return 16

    @property
    def most(self) -> int:
        """A call takes a fraction of a millisecond here, so endpoints set the limit, or the files this process may
        open: each call at a time takes a connection."""
        return max(64, min(1000, _open_files() - _SPARE_FILES))

    def limit_s(self, request: Request) -> float | None:
        """The parameter `timeout`."""
        return wall_limit(request.params)

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The answer. Its text streams only when `on_text` is given."""
        try:
            target = self._target(request.model)
            params = read_params(EndpointParams, request.params, "a model behind an endpoint")
            key = target.key()
            headers = target.headers(key)
        except ModelError as error:
            return wire.failure(error)
        schema = request.constraint if request.model.constrained else None
        if not target.endpoint.takes(request.params, isinstance(schema, JsonSchema)):
            return await self._otherwise(request.model).complete(request, on_text)
        body = target.body(request, params, schema, streamed=on_text is not None)
        call = Call(target, self._open(), headers, body)
        return redacted(await _within(params.timeout, call, streamed_without(on_text, key)), key)

    async def warm(self) -> None:
        """Import aiohttp and make the session."""
        self._open()

    async def close(self) -> None:
        """Close all connections."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _target(self, spec: ModelSpec) -> Target:
        """Where and how `spec` is asked. Raises ModelError when it may not be."""
        target = self._targets.get(id(spec))
        if target is None or target.spec is not spec:
            access.check_endpoint(spec, self._approved, self._loopback)
            if len(self._targets) >= _KEPT:
                self._targets.clear()
            target = self._targets[id(spec)] = target_of(spec)
        return target

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = open_client()
        return self._session


async def _within(limit_s: float, call: Call, on_text: OnText | None) -> Completion:
    import aiohttp

    timing = Timing(time.perf_counter())
    try:
        async with asyncio.timeout(limit_s):
            completion = await call.answer(on_text, timing)
    except TimeoutError:
        completion = timed_out(limit_s)
    except (aiohttp.ClientError, OSError) as error:
        completion = unreachable(call.place, str(getattr(error, "os_error", error)))
    return replace(completion, latency_ms=timing.so_far(), first_token_ms=timing.first_ms, raw=bytes(call.raw))


def _open_files() -> int:
    try:
        import resource
    except ImportError:
        return 1000  # not a Unix; its sockets are no files
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if soft == resource.RLIM_INFINITY else soft
