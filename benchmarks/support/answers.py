"""The stub server's answers, as bytes ready to be sent."""

from __future__ import annotations

from functools import lru_cache

import orjson

USAGE = {"prompt_tokens": 40, "completion_tokens": 2, "total_tokens": 42}
_HEADERS = b"HTTP/1.1 %b\r\nServer: stub\r\nContent-Type: %b\r\n%bContent-Length: %d\r\n\r\n"
_STREAM = b"HTTP/1.1 200 OK\r\nServer: stub\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
_REASONS = {
    200: b"200 OK",
    404: b"404 Not Found",
    411: b"411 Length Required",
    429: b"429 Too Many Requests",
    500: b"500 Internal Server Error",
}


def document(status: int, content: bytes, extra: bytes = b"", kind: bytes = b"application/json") -> bytes:
    """A whole answer; `extra` are further header lines."""
    return _HEADERS % (_REASONS[status], kind, extra, len(content)) + content


def failure(status: int, extra: bytes = b"") -> bytes:
    """An error as OpenAI's API reports it."""
    message = {"message": f"the stub answers {status}", "type": "stub", "param": None, "code": None}
    return document(status, orjson.dumps({"error": message}), extra)


@lru_cache(maxsize=4096)
def whole(text: str, model: str, usage: bool = True) -> bytes:
    """A chat completion in one piece."""
    return document(200, completion(text, model, usage))


def completion(text: str, model: str, usage: bool = True) -> bytes:
    """The JSON of a chat completion."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    found = {"id": "chatcmpl-stub", "object": "chat.completion", "created": 1_700_000_000, "model": model}
    return orjson.dumps({**found, "choices": [choice], **({"usage": USAGE} if usage else {})})


@lru_cache(maxsize=4096)
def stream(text: str, model: str, usage: bool, include_usage: bool) -> tuple[bytes, ...]:
    """A streamed chat completion: the headers with the first event, then the events."""
    deltas = [{"role": "assistant", "content": ""}, {"content": text}]
    events = [_event(model, [{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    events.append(_event(model, [{"index": 0, "delta": {}, "finish_reason": "stop"}]))
    if usage and include_usage:
        events.append(_event(model, [], {"usage": USAGE}))
    return (_STREAM + events[0], *events[1:], _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n")


def _event(model: str, choices: list[object], more: dict[str, object] | None = None) -> bytes:
    found = {"id": "chatcmpl-stub", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model}
    return _chunk(b"data: " + orjson.dumps({**found, "choices": choices, **(more or {})}) + b"\n\n")


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)
