"""What the service answers: JSON, also where it refuses; a refusal says what happened and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import orjson
from aiohttp import web

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers a request. May raise RefusedError."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a handler is at home."""

    method: str
    path: str
    """All of it: there are no patterns."""
    handler: Handler
    open: bool = False
    """Whether it answers without the token."""


JSON = "application/json"
JSON_LINES = "application/x-ndjson"

_HEADERS = {
    "Server": "synterm",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class RefusedError(Exception):
    """A request that is not answered as it asks: the status, a word for the reason that never changes, a sentence for
    people, and what to do."""

    def __init__(
        self, status: int, reason: str, message: str, hint: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.hint = hint
        self.headers = headers or {}


def answer(
    body: bytes, content_type: str = JSON, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """`body` as it is."""
    said = {"Content-Type": content_type, **_HEADERS}
    return web.Response(body=body, status=status, headers={**said, **headers} if headers else said)


def json_answer(value: object, status: int = 200) -> web.Response:
    """`value` as JSON, with a line break at its end, for terminals."""
    return answer(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE), status=status)


def refused(refusal: RefusedError) -> web.Response:
    """The answer that a refusal makes."""
    said = {"reason": refusal.reason, "message": refusal.message, "hint": refusal.hint}
    body = orjson.dumps({"error": said}, option=orjson.OPT_APPEND_NEWLINE)
    return answer(body, status=refusal.status, headers=refusal.headers)
