"""Connections that are not waited for longer than it takes, and not taken beyond a number."""

from __future__ import annotations

import asyncio
from operator import itemgetter
from typing import Any

from aiohttp import web

from synterm.production.service.answers import JSON, Handler, RefusedError, refused
from synterm.production.service.limits import Limits
from synterm.production.service.metrics import Metrics

_EVERY_S = 0.5
_LONG_S = 0.5
"""Seconds: who keeps us waiting for longer must go where there is no more room for others."""
_LINGERING_S = 2.0
"""Seconds: for which the rest of a request is still taken that was refused unread, so that its client hears why."""
_SLOW = b'{"error":{"reason":"slow","message":"The request did not arrive in time.","hint":null}}\n'
_FULL = b'{"error":{"reason":"connections","message":"Too many connections are open.","hint":"Try again later."}}\n'


class Connection(web.RequestHandler):
    """One connection. Knows since when it has been waiting for the client: for the rest of a request, or to take an
    answer."""

    __slots__ = ("_busy", "_listener", "waiting_since")

    def __init__(self, listener: Listener, **options: Any) -> None:
        super().__init__(listener, **options)
        self._listener = listener
        self._busy = False
        self.waiting_since: float | None = None
        """By the clock of the event loop; None while nothing is expected of the client."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for its first request; where there are too many, the slowest goes, or else this one."""
        super().connection_made(transport)
        self.waiting_since = self._loop.time()
        self._listener.open.add(self)
        self._listener.metrics.connections.set(len(self._listener.open))
        if len(self._listener.open) > self._listener.limits.connections and not self._listener.made_room():
            self._listener.metrics.refused("connections")
            self.end(_written("503 Service Unavailable", _FULL, "Retry-After: 1"))

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        self._listener.open.discard(self)
        self._listener.metrics.connections.set(len(self._listener.open))

    def data_received(self, data: bytes) -> None:
        """With the first byte of a request the client's time begins."""
        if self.waiting_since is None and not self._busy:
            self.waiting_since = self._loop.time()
        super().data_received(data)

    def arrived(self) -> None:
        """All of the request is there."""
        self._busy = True
        self.waiting_since = None

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, which the client must take in time."""
        self.waiting_since = self._loop.time()
        try:
            return await super().finish_response(request, resp, start_time)
        finally:
            self._busy = False
            self.waiting_since = None

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is said of a request that is no HTTP; of faults, the handler has said all that is said."""
        words = (message or "This is not HTTP.").splitlines()[0].rstrip(":")
        refusal = RefusedError(status, "bad_http", words)
        self._listener.metrics.refused(refusal.reason)
        said = refused(refusal)
        said.force_close()
        return said

    def end(self, last_words: bytes = b"") -> None:
        """Close it now, whatever goes on in it."""
        self.waiting_since = None
        if (transport := self.transport) is not None:
            if last_words and not transport.is_closing():
                transport.write(last_words)
            self.force_close()
            if transport.get_write_buffer_size():
                transport.abort()  # else it would wait for a client that does not read


class Listener(web.Server):
    """Takes connections, and ends those whose client does not do its part in time."""

    def __init__(self, handler: Handler, limits: Limits, metrics: Metrics) -> None:
        # A verdict that nobody waits for any more is not come to.
        super().__init__(handler, handler_cancellation=True, access_log=None)
        self.limits = limits
        self.metrics = metrics
        self.open: set[Connection] = set()
        """The connections that there are."""

    def __call__(self) -> Connection:
        """A new connection."""
        return Connection(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self.limits.idle_s,
            lingering_time=_LINGERING_S,
            auto_decompress=False,
            access_log=None,
        )

    async def watch(self) -> None:
        """End slow connections, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(_EVERY_S, self.limits.patience_s / 4))
            oldest = loop.time() - self.limits.patience_s
            for connection in list(self.open):
                since = connection.waiting_since
                if since is not None and since < oldest:
                    self._let_go(connection)

    def made_room(self) -> bool:
        """Let the connection go that has kept us waiting for longest, and for long enough; whether there was one."""
        waiting = [(since, one) for one in self.open if (since := one.waiting_since) is not None]
        since, slowest = min(waiting, key=itemgetter(0))
        if since > asyncio.get_running_loop().time() - _LONG_S:
            return False
        self._let_go(slowest)
        return True

    def _let_go(self, connection: Connection) -> None:
        self.metrics.refused("slow")
        connection.end(_written("408 Request Timeout", _SLOW))

    def leave_waiting(self) -> None:
        """End the connections whose request is not all there yet, or whose answer is not taken."""
        for connection in list(self.open):
            if connection.waiting_since is not None:
                connection.end()


def _written(status: str, body: bytes, *headers: str) -> bytes:
    """A whole answer, for where none can be sent the usual way."""
    about = (f"Content-Type: {JSON}", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join([f"HTTP/1.1 {status}", *about, "", ""]).encode() + body
