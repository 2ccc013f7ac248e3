"""Serving: from the socket that is listened on to the last answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from typing import Any

from aiohttp import web

from synterm.production.service.connection import Listener
from synterm.production.service.log import Log, OneLine, in_words
from synterm.production.service.service import Service
from synterm.production.service.watching import Watch

_FAREWELL_S = 0.25
"""Seconds: in which connections that are busy get an answer that says it is the last."""


async def serve(
    service: Service, watch: Watch, listening: socket.socket, ready: Callable[[], object], until: Awaitable[object]
) -> None:
    """Serve on a socket until this is cancelled or `until` is over; then answer what is being judged, and end.
    `ready` is called when requests may come."""
    _one_line_each(service.log)
    listener = Listener(service.answer, service.limits, service.metrics)
    runner = web.ServerRunner(listener, shutdown_timeout=service.limits.drain_s)
    await runner.setup()
    async with _meanwhile(listener.watch(), watch.keep_up()):
        site = web.SockSite(runner, listening, backlog=service.limits.connections)
        try:
            await site.start()
            ready()
            await until
        finally:
            await _stop(service, listener, runner, site)


async def _stop(service: Service, listener: Listener, runner: web.ServerRunner, site: web.SockSite) -> None:
    """Take no more connections, tell those that are busy that this was their last request, and end."""
    service.stopping = True
    await site.stop()
    await asyncio.sleep(_FAREWELL_S)
    listener.leave_waiting()
    await runner.cleanup()


@contextlib.asynccontextmanager
async def _meanwhile(*work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Have this done until the end."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _one_line_each(log: Log) -> None:
    """What libraries and the event loop report goes to the log, in one line, and never with a traceback."""
    logging.basicConfig(handlers=[OneLine(log)], level=logging.WARNING, force=True)

    def report(_loop: asyncio.AbstractEventLoop, about: dict[str, Any]) -> None:
        error = about.get("exception")
        log.say_seldom("internal error", 1.0, message=about.get("message"), error=error and in_words(error))

    asyncio.get_running_loop().set_exception_handler(report)
