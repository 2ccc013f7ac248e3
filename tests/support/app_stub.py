"""A real HTTP app to be tested: it answers single messages and keeps conversations, and misbehaves on request.

app.url                                     ``http://127.0.0.1:PORT``
POST /chat {"text": …}                      {"reply": {"text": "you said …"}}
POST /sessions {…}                          {"session": {"id": "s1"}}
POST /sessions/ID/turns {"text": …}         {"reply": {"text": "2: …"}}, by what it was told before
DELETE /sessions/ID
app.next(Bad(status=429))                   how the next calls are answered instead
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from synterm.settings import load_settings
from tests.support.bound import bind


@dataclass(frozen=True)
class Bad:
    """An answer in place of the app's own."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    reset: bool = False
    """The connection is reset amid the body."""


@dataclass(frozen=True)
class Seen:
    """One request that arrived."""

    method: str
    path: str
    """With its query, as it was sent."""
    headers: dict[str, str]
    """Names in lower case."""
    body: Any


class App:
    """The server, on a port of its own of 127.0.0.1, in a thread of its own."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.sessions: dict[str, list[str]] = {}
        """What each open session was told."""
        self.begun = 0
        self._next: deque[Bad | None] = deque()
        self._always: Bad | None = None
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="app stub", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def called(self) -> list[str]:
        """``POST /chat``, in order."""
        return [f"{seen.method} {seen.path}" for seen in self.seen]

    def next(self, *answers: Bad | None) -> None:
        """Answer the next calls so; None: as the app does."""
        self._next.extend(answers)

    def always(self, answer: Bad | None) -> None:
        """Answer all further calls so."""
        self._always = answer

    def start(self) -> App:
        self._thread.start()
        assert self._started.wait(20), "the app did not start"
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
        self._loop.run_until_complete(site.start())
        self.port: int = runner.addresses[0][1]
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        is_json = "json" in headers.get("content-type", "")
        body = json.loads(content) if content and is_json else content.decode()
        self.seen.append(Seen(request.method, request.raw_path, headers, body))
        bad = (self._next.popleft() if self._next else None) or self._always
        return await self._misbehave(request, bad) if bad else self._answer(request, body)

    async def _misbehave(self, request: web.Request, bad: Bad) -> web.StreamResponse:
        await asyncio.sleep(bad.delay_s)
        if not bad.reset:
            return web.Response(
                status=bad.status, body=bad.body, headers={"Content-Type": "application/json", **bad.headers}
            )
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(bad.body)
        assert request.transport is not None
        request.transport.abort()
        return response

    def _answer(self, request: web.Request, body: Any) -> web.StreamResponse:
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["sessions"]:
                self.begun += 1
                self.sessions[f"s{self.begun}"] = []
                return web.json_response({"session": {"id": f"s{self.begun}"}}, status=201)
            case "POST", ["sessions", session, "turns"] if session in self.sessions:
                told = self.sessions[session]
                told.append(body["text"])
                return web.json_response({"reply": {"text": f"{len(told)}: {' | '.join(told)}"}})
            case "DELETE", ["sessions", session] if session in self.sessions:
                del self.sessions[session]
                return web.Response(status=204)
            case _, ["sessions", *_]:
                return web.json_response({"error": "no such session"}, status=404)
            case _:
                text = body["text"] if isinstance(body, dict) and "text" in body else f"{body}"
                return web.json_response({"reply": {"text": f"you said {text}"}})


@pytest.fixture
def app(own_config: Path) -> Iterator[App]:
    """An app of one test, which the user's settings approve of."""
    server = App().start()
    (own_config / "settings.toml").write_text(f'approved_endpoints = ["{server.url}"]\n', encoding="utf-8")
    bind("APP_TOKEN")
    load_settings.cache_clear()
    yield server
    server.stop()


__all__ = ["App", "Bad", "Seen", "app"]
