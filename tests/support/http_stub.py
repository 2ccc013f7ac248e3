"""A real HTTP server that speaks the OpenAI chat protocol, and misbehaves on request.

stub.reply("schedule")                                  every call answers so
stub.reply(lambda messages: messages[-1]["content"])    by the messages: a text or a Reply
stub.reply(Reply(status=429, headers={"Retry-After": "7"}))
stub.calls[0].key                                       what arrived
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

Messages = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Reply:
    """How one call is answered."""

    text: str | None = "ok"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    finish_reason: str | None = "stop"
    usage: tuple[int, int] | None = (11, 3)
    """Prompt and completion tokens; None leaves usage out."""
    refusal: str | None = None
    error: dict[str, Any] | None = None
    """The `error` object of a body that reports one; made up for a bad `status`."""
    body: bytes | None = None
    """Sent in place of anything else."""
    cut: bool = False
    """A stream ends after its text: no finish reason, no usage, no end mark."""
    hold: threading.Event | None = None
    """The answer waits for this."""
    pieces: Sequence[str] | None = None
    """How a stream cuts the text; by default at spaces."""
    events: bytes | None = None
    """Sent as the body of a stream, in place of anything else."""
    split: int | None = None
    """The body goes out in writes of so many bytes."""
    drip_s: float = 0.0
    """The pause between such writes, in seconds."""
    reset: bool = False
    """The connection is reset: before an answer, or amid it where there is a body or events."""
    details: dict[str, Any] = field(default_factory=dict)
    """What `usage` holds besides."""
    calls: Sequence[tuple[str, str]] = ()
    """The functions that it calls, each with its arguments as they are written; a stream sends those in two pieces."""


@dataclass
class Call:
    """One request that arrived."""

    path: str
    query: str
    headers: dict[str, str]
    """Header names in lower case."""
    body: dict[str, Any]
    disconnected: threading.Event = field(default_factory=threading.Event)
    """Set when the client went away before the answer was out."""

    @property
    def key(self) -> str | None:
        """The bearer key that came with it."""
        return self.headers.get("authorization", "").removeprefix("Bearer ") or None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The chat that it asks about."""
        return self.body["messages"]


Answer = str | Reply | Callable[[Messages], "str | Reply"]


class Stub:
    """The server, on a port of its own of 127.0.0.1, in a thread of its own."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.arrived = threading.Semaphore(0)
        """Released once for each request that arrives."""
        self.clients: set[Any] = set()
        """The addresses that connections came from."""
        self.failures: list[BaseException] = []
        self._answer: Answer = "ok"
        self._loop = asyncio.new_event_loop()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="http stub", daemon=True)

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The endpoint, as `api_base` takes it."""
        return f"{self.origin}/v1"

    def reply(self, answer: Answer) -> None:
        """Answer all further calls so."""
        self._answer = answer

    def start(self) -> Stub:
        """Serve until `stop`."""
        self._thread.start()
        assert self._started.wait(20), "the stub did not start"
        return self

    def stop(self) -> None:
        """Close the server and end its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
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
        call = Call(request.path, request.query_string, headers, json.loads(content) if content else {})
        self.calls.append(call)
        self.clients.add(request.transport and request.transport.get_extra_info("peername"))
        self.arrived.release()
        try:
            return await self._respond(request, call)
        except (asyncio.CancelledError, ConnectionError):
            call.disconnected.set()
            raise
        except Exception as error:
            self.failures.append(error)
            raise

    async def _respond(self, request: web.Request, call: Call) -> web.StreamResponse:
        reply = self._reply_to(call)
        if reply.delay_s:
            await asyncio.sleep(reply.delay_s)
        while reply.hold is not None and not reply.hold.is_set():  # noqa: ASYNC110 - it belongs to another thread
            await asyncio.sleep(0.005)
        if reply.reset and reply.body is None and reply.events is None:
            _reset(request)
        if reply.split is not None or reply.reset or (reply.events is not None and call.body.get("stream")):
            return await _written(request, call, reply)
        if reply.body is None and reply.status == 200 and reply.error is None and call.body.get("stream"):
            return await _stream(request, call, reply)
        body = reply.body if reply.body is not None else json.dumps(_document(call, reply)).encode()
        return web.Response(status=reply.status, headers=reply.headers, body=body, content_type="application/json")

    def _reply_to(self, call: Call) -> Reply:
        answer = self._answer
        chosen = answer(call.body.get("messages", [])) if callable(answer) else answer
        return Reply(chosen) if isinstance(chosen, str) else chosen


def _document(call: Call, reply: Reply) -> dict[str, Any]:
    if reply.error is not None or reply.status >= 300:
        return {"error": reply.error or {"message": f"the stub answers {reply.status}", "type": "stub", "code": None}}
    message: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    if reply.calls:
        message["tool_calls"] = [
            {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}
            for number, (name, arguments) in enumerate(reply.calls)
        ]
    return _base(call, "chat.completion", {"message": message, "finish_reason": reply.finish_reason}) | _usage(reply)


def _base(call: Call, kind: str, choice: dict[str, Any] | None) -> dict[str, Any]:
    choices = [] if choice is None else [{"index": 0, **choice}]
    return {"id": "stub-1", "object": kind, "created": 1, "model": call.body.get("model", ""), "choices": choices}


def _usage(reply: Reply) -> dict[str, Any]:
    if reply.usage is None:
        return {}
    prompt, completion = reply.usage
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return {"usage": counts | reply.details}


async def _stream(request: web.Request, call: Call, reply: Reply) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", **reply.headers})
    await response.prepare(request)
    for event in _events(call, reply):
        await response.write(event)
    await response.write_eof()
    return response


def _events(call: Call, reply: Reply) -> Iterator[bytes]:
    def event(document: dict[str, Any]) -> bytes:
        return b"data: " + json.dumps(document).encode() + b"\n\n"

    said = ({"content": piece} for piece in _pieces(reply)) if reply.text is not None or not reply.calls else ()
    deltas = [{"role": "assistant", "content": ""}, *said, *_call_deltas(reply)]
    for delta in [*deltas, {"refusal": reply.refusal}] if reply.refusal else deltas:
        yield event(_base(call, "chat.completion.chunk", {"delta": delta, "finish_reason": None}))
    if not reply.cut:
        yield event(_base(call, "chat.completion.chunk", {"delta": {}, "finish_reason": reply.finish_reason}))
        if reply.usage is not None and call.body.get("stream_options", {}).get("include_usage"):
            yield event(_base(call, "chat.completion.chunk", None) | _usage(reply))
        yield b"data: [DONE]\n\n"


def _call_deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    for index, (name, arguments) in enumerate(reply.calls):
        half = len(arguments) // 2
        first = {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": arguments[:half]}}
        yield {"tool_calls": [{"index": index, **first}]}
        yield {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]}


async def _written(request: web.Request, call: Call, reply: Reply) -> web.StreamResponse:
    """The answer byte by byte, as `split` and `drip_s` say; broken off at its end where `reset` says so."""
    streamed = bool(call.body.get("stream"))
    body = (reply.events if streamed else None) or reply.body
    if body is None:
        body = b"".join(_events(call, reply)) if streamed else json.dumps(_document(call, reply)).encode()
    kind = "text/event-stream" if streamed else "application/json"
    response = web.StreamResponse(status=reply.status, headers={"Content-Type": kind, **reply.headers})
    await response.prepare(request)
    step = reply.split or len(body) or 1
    for start in range(0, len(body), step):
        await response.write(body[start : start + step])
        await asyncio.sleep(reply.drip_s)
    if reply.reset:
        _reset(request)
    await response.write_eof()
    return response


def _reset(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.abort()
    raise ConnectionResetError


def _pieces(reply: Reply) -> Sequence[str]:
    if reply.pieces is not None:
        return reply.pieces
    head, *rest = (reply.text or "").split(" ")
    return [head, *(f" {word}" for word in rest)]


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A stub server of one test; a failure inside it fails the test."""
    server = Stub().start()
    yield server
    server.stop()
    assert not server.failures, server.failures


__all__ = ["Answer", "Call", "Messages", "Reply", "Stub", "stub"]
