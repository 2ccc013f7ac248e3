"""One request over HTTP, and its answer read while it comes in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synterm.core.completion import Completion
from synterm.providers.base import OnText
from synterm.providers.event_lines import EventLines
from synterm.providers.http_outcomes import Answered, cut_short, failure_of
from synterm.providers.openai_answers import StreamedAnswer, read_answer
from synterm.providers.openai_target import Target
from synterm.providers.wire import MAX_ANSWER_BYTES, too_large

if TYPE_CHECKING:
    import aiohttp

_TAIL_S = 0.5
"""How long a stream may take to close after its end mark; its connection is not used again if it takes longer."""


@dataclass
class Timing:
    """When things happened in a call."""

    start: float
    """By `time.perf_counter`, in seconds."""
    first_ms: float | None = None
    """From the start to the first text of a stream, in milliseconds."""

    def so_far(self) -> float:
        """Milliseconds since the start."""
        return (time.perf_counter() - self.start) * 1000

    def text_came(self) -> None:
        """Note that text arrived."""
        if self.first_ms is None:
            self.first_ms = self.so_far()


class _TooLargeError(Exception):
    pass


class Call:
    """One request to a target."""

    def __init__(self, target: Target, session: aiohttp.ClientSession, headers: Mapping[str, str], body: bytes) -> None:
        self.place = target.place
        self.raw = bytearray()
        """The answer as it came, decompressed, up to the limit."""
        self._target = target
        self._session = session
        self._headers = headers
        self._body = body

    async def answer(self, on_text: OnText | None, timing: Timing) -> Completion:
        """Send it and read the answer. Raises aiohttp.ClientError and OSError when no answer starts.

        Cancelling closes the connection.
        """
        target = self._target
        response = await self._session.post(
            target.url, data=self._body, headers=self._headers, allow_redirects=False, ssl=target.tls
        )
        try:
            return await self._read(response, on_text, timing)
        except _TooLargeError:
            return too_large()
        finally:
            # Closes the connection if the answer is not read to its end; else it has been given back by now.
            response.close()

    async def _read(self, response: aiohttp.ClientResponse, on_text: OnText | None, timing: Timing) -> Completion:
        if on_text is not None and response.status == 200:
            return await self._streamed(response, on_text, timing)
        if not await self._rest(response):
            return cut_short()
        answer = read_answer(bytes(self.raw), self._target.bill) if response.status == 200 else None
        return answer or self._failure(response)

    async def _streamed(self, response: aiohttp.ClientResponse, on_text: OnText, timing: Timing) -> Completion:
        lines, answer = EventLines(), StreamedAnswer(self._target.bill)
        whole = True
        while not (answer.done or answer.broken):
            chunk = await self._next(response)
            whole = chunk is not None
            for data in lines.feed(chunk) if chunk else lines.end():
                if text := answer.take(data):
                    timing.text_came()
                    on_text(text)
            if not chunk:
                break
        if answer.done or answer.broken:
            await self._tail(response)
        if answer.broken or (whole and not answer.done and not answer.events):
            return self._failure(response)
        return answer.completion()

    async def _rest(self, response: aiohttp.ClientResponse) -> bool:
        """Read to the end; whether it came."""
        while chunk := await self._next(response):
            pass
        return chunk is not None

    async def _tail(self, response: aiohttp.ClientResponse) -> None:
        """Read what follows the end mark, so that the connection can be used again; but wait for none that hangs."""
        try:
            async with asyncio.timeout(_TAIL_S):
                await self._rest(response)
        except TimeoutError:
            return

    async def _next(self, response: aiohttp.ClientResponse) -> bytes | None:
        """The next part of the body; empty at its end, None where it breaks off. Raises when it gets too large."""
        import aiohttp

        try:
            chunk = await response.content.readany()
        except (aiohttp.ClientError, OSError):
            return None
        room = MAX_ANSWER_BYTES - len(self.raw)
        self.raw += chunk[:room]
        if len(chunk) > room:
            raise _TooLargeError
        return chunk

    def _failure(self, response: aiohttp.ClientResponse) -> Completion:
        headers = {name.lower(): value for name, value in response.headers.items()}
        answered = Answered(self.place, response.status, headers, bytes(self.raw))
        return failure_of(answered, self._target.spec.api_key_env)
