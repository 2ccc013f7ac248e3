"""How the stub server answers: what is set at ``POST /reset``, and the answer that follows from it for one request."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from zlib import crc32

import orjson

from support import answers

HUGE_BYTES = 50 * 1024 * 1024
FAULTS = ("429", "500", "hang", "drip", "cut", "reset", "gone", "bad_json", "empty", "huge", "no_usage")
RETRY_FORMS = ("seconds", "date", "none")


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send, and how."""

    kind: str
    """``200``, another status, or the fault: what it is counted as."""
    pieces: tuple[bytes, ...]
    end: str = "keep"
    """What comes after the pieces: ``keep`` the connection, ``close`` it, ``reset`` it, or ``hang``."""
    piece_s: float = 0.0
    """Seconds between two pieces."""
    wait_s: float | None = None
    """What Retry-After says."""


@dataclass
class Behavior:
    """The server's settings."""

    delay_ms: float = 0.0
    fault: str = ""
    """One of `FAULTS`, or nothing."""
    share: float = 0.0
    """The share of bodies that meet the fault; which ones depends on nothing but the body."""
    times: int = 0
    """Only the first so many requests with one body meet it; 0: all of them."""
    retry_after_s: int = 1
    retry_form: str = "seconds"
    """How Retry-After says it, one of `RETRY_FORMS`: a date is in whole seconds, so it may be up to one later."""
    rate: float = 0.0
    """Requests a second that are served, in bursts of up to a second's worth; the others get 429. 0: all are served."""
    drip_ms: float = 200.0
    tick_s: float = 0.0
    rows: int = 0
    """The label is within JSON with so many rows; 0: it is all of the answer."""
    _allowed: float = field(init=False, repr=False, default=0.0)
    _filled: float = field(init=False, repr=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Refuse an unknown fault."""
        if self.fault and self.fault not in FAULTS:
            raise ValueError(f"{self.fault!r} is none of {FAULTS}")
        if self.retry_form not in RETRY_FORMS:
            raise ValueError(f"{self.retry_form!r} is none of {RETRY_FORMS}")
        self._allowed = self.rate

    def answer(self, body: bytes, earlier: int) -> Answer:
        """The answer to a request that was sent `earlier` times before."""
        if self.rate and not self._allow():
            return self._told_to_wait()
        if self.fault and not (self.times and earlier >= self.times) and crc32(body) % 1000 < self.share * 1000:
            return self._faulty(orjson.loads(body))
        request = orjson.loads(body)
        text, model = label(request), request["model"]
        if self.rows:
            text = _table(text, self.rows)
        if request.get("stream"):
            return Answer("200", (b"".join(answers.stream(text, model, True, _wants_usage(request))),))
        return Answer("200", (answers.whole(text, model),))

    def _allow(self) -> bool:
        now = time.monotonic()
        self._allowed = min(self._allowed + (now - self._filled) * self.rate, self.rate)
        self._filled = now
        if self._allowed < 1:
            return False
        self._allowed -= 1
        return True

    def _told_to_wait(self) -> Answer:
        if self.retry_form == "none":
            return Answer("429", (answers.failure(429),))
        wait_s: float = self.retry_after_s
        said = str(wait_s)
        if self.retry_form == "date":
            until = math.ceil(time.time() + wait_s)
            said, wait_s = formatdate(until, usegmt=True), until - time.time()
        return Answer("429", (answers.failure(429, b"Retry-After: %b\r\n" % said.encode()),), wait_s=wait_s)

    def _faulty(self, request: dict[str, Any]) -> Answer:
        text, model, streamed = label(request), request["model"], request.get("stream", False)
        match self.fault:
            case "429":
                return self._told_to_wait()
            case "500":
                return Answer("500", (answers.failure(500),))
            case "hang":
                return Answer("hang", (), "hang")
            case "gone":
                return Answer("gone", (), "reset")
            case "empty":
                return Answer("empty", (answers.document(200, orjson.dumps({"id": "stub", "choices": []})),))
            case "bad_json":
                broken = b'data: {"choices": [{\n\ndata: [DONE]\n\n' if streamed else b'{"choices": [{"message": '
                kind = b"text/event-stream" if streamed else b"application/json"
                return Answer("bad_json", (answers.document(200, broken, kind=kind),))
            case "huge":
                text = "x" * HUGE_BYTES
            case _:
                pass
        usage = self.fault != "no_usage"
        if streamed:
            pieces = answers.stream.__wrapped__(text, model, usage, _wants_usage(request))
        else:
            pieces = (answers.document(200, answers.completion(text, model, usage)),)
        return self._mangled(pieces)

    def _mangled(self, pieces: tuple[bytes, ...]) -> Answer:
        content = b"".join(pieces)
        head = content.index(b"\r\n\r\n") + 4
        if self.fault == "drip":
            slow = tuple(content[at : at + 1] for at in range(head, len(content)))
            return Answer("drip", (content[:head], *slow), piece_s=self.drip_ms / 1000)
        if self.fault in ("cut", "reset"):
            half = math.ceil((head + len(content)) / 2)
            return Answer(self.fault, (content[:half],), "close" if self.fault == "cut" else "reset")
        return Answer(self.fault, (content,))


def label(request: dict[str, Any]) -> str:
    """The last word of the last message: what the model "answers"."""
    content = request["messages"][-1]["content"]
    if not isinstance(content, str):
        content = content[-1]["text"]
    return content[content.rstrip().rfind(" ") + 1 :].strip()


@lru_cache(maxsize=256)
def _table(text: str, rows: int) -> str:
    made = [{"id": number, "label": text, "score": number / rows, "tags": ["a", "b"]} for number in range(rows)]
    return orjson.dumps({"label": text, "rows": made}).decode()


def _wants_usage(request: dict[str, Any]) -> bool:
    return bool((request.get("stream_options") or {}).get("include_usage"))
