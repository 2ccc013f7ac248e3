"""The service: takes a request through the door to its route, and answers whatever happens on the way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Generator, Iterable
from contextlib import contextmanager

from aiohttp import web

from synterm.production.guard import Guard
from synterm.production.service import checking, litellm, status
from synterm.production.service.answers import RefusedError, Route, refused
from synterm.production.service.body import read_body
from synterm.production.service.connection import Connection
from synterm.production.service.door import Door
from synterm.production.service.limits import Limits
from synterm.production.service.log import Log, in_words
from synterm.production.service.metrics import Metrics


class Service:
    """Answers for one guard. What it is made of is there for its routes to use."""

    def __init__(
        self, guard: Guard, door: Door, metrics: Metrics, log: Log, limits: Limits, *, log_requests: bool = False
    ) -> None:
        self.guard = guard
        self.door = door
        self.metrics = metrics
        self.log = log
        self.limits = limits
        self.stopping = False
        """Whether it is to end, and should get no new work."""
        self._log_requests = log_requests
        self._in_flight = 0
        self._routes: dict[str, dict[str, Route]] = {}
        for part in (checking, litellm, status):
            self.add(part.routes(self))

    def add(self, routes: Iterable[Route]) -> None:
        """Have requests to these answered by them."""
        for route in routes:
            self._routes.setdefault(route.path, {})[route.method] = route

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to a request; there always is one."""
        began = time.perf_counter()
        route: Route | None = None
        try:
            route = self._enter(request)
            said = await route.handler(request)
        except RefusedError as refusal:
            self.metrics.refused(refusal.reason)
            said = refused(refusal)
        except asyncio.CancelledError:
            self.metrics.refused("client_left")
            raise
        except Exception as error:  # noqa: BLE001 - the last resort: the client gets an answer, the operator a line
            self.metrics.refused("internal")
            self.log.say_seldom("internal error", 1.0, path=route and route.path, error=in_words(error))
            said = refused(RefusedError(500, "internal", "The service failed.", "What it says on stderr tells more."))
        took_s = time.perf_counter() - began
        if route is not None:
            self.metrics.answered(route.path, took_s)
        if self._log_requests:
            self._say(request, said, took_s)
        if self.stopping:
            said.force_close()
        return said

    async def read(self, request: web.BaseRequest, types: Collection[str]) -> bytes:
        """The body of a request of one of these content types. Raises RefusedError."""
        body = await read_body(request, types, self.limits.body_bytes)
        connection = request.protocol
        if isinstance(connection, Connection):
            connection.arrived()
        return body

    @contextmanager
    def turn(self) -> Generator[None]:
        """Held while a request is judged. Raises RefusedError where as many are as there may be.

        Taken when the request has arrived, so that slow clients take nobody's turn.
        """
        if self._in_flight >= self.limits.at_once:
            self.log.say_seldom("overloaded", at_once=self.limits.at_once)
            hint = "Try again after Retry-After, or do what you do without a verdict."
            raise RefusedError(503, "overloaded", "As many requests are judged as may be.", hint, {"Retry-After": "1"})
        self._in_flight += 1
        self.metrics.in_flight.set(self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1
            self.metrics.in_flight.set(self._in_flight)

    def _enter(self, request: web.BaseRequest) -> Route:
        """The route that a request is let in to."""
        self.door.check_host(request)
        # As it was sent: none of the paths has anything in it that would be escaped.
        here = self._routes.get(request.rel_url.raw_path)
        route = None if here is None else here.get("GET" if request.method == "HEAD" else request.method)
        if route is None or not route.open:
            self.door.check_token(request)
        if route is not None:
            return route
        if here is None:
            raise RefusedError(
                404, "no_such_path", "There is nothing at this path.", f"There is {', '.join(self._routes)}"
            )
        allowed = ", ".join(here)
        raise RefusedError(
            405, "wrong_method", "This path does not take this method.", f"It takes {allowed}", {"Allow": allowed}
        )

    def _say(self, request: web.BaseRequest, said: web.StreamResponse, took_s: float) -> None:
        self.log.say(
            "request",
            method=request.method,
            path=request.rel_url.raw_path,
            status=said.status,
            ms=f"{took_s * 1000:.1f}",
            client=request.remote,
        )
