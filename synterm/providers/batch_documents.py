"""What providers say about batches, and the lines of their results. It comes from outside: it may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from synterm.providers.http_outcomes import WORDS
from synterm.providers.loose_json import as_list, as_object, read_json
from synterm.providers.wire import MAX_ANSWER_BYTES
from synterm.text import megabytes, one_line

State = Literal["running", "completed", "failed", "expired", "cancelled"]

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:=-]{0,199}", re.A)
_STATES: Mapping[str, State] = {
    **dict.fromkeys(("validating", "in_progress", "finalizing", "cancelling", "canceling"), "running"),
    "completed": "completed",
    "ended": "completed",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
_KEY = re.compile(rb'"custom_id"\s*:\s*"([A-Za-z0-9_.:-]{1,200})"')
"""Within the text of an answer its quotation marks would be escaped."""
_LEFT: Mapping[str, State] = {
    "batch_expired": "expired",
    "batch_cancelled": "cancelled",
    "expired": "expired",
    "canceled": "cancelled",
}
"""What a line says of a request that the provider did not get to."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A batch as its provider tells of it."""

    id: str
    state: State
    total: int = 0
    done: int = 0
    failed: int = 0
    files: tuple[str, ...] = ()
    """What has its results: the answers, then the errors."""
    words: str = ""
    """Why it failed, if it did."""
    late: bool = False
    """Whether it ended with results whose files are not named yet."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state != "running"


@dataclass(frozen=True, slots=True)
class Line:
    """What came of one request."""

    key: str
    """The name that it was given; empty where none can be found."""
    status: int = 200
    body: bytes = b""
    """The answer, or the error, as JSON; of a line that can't be read, its bytes."""
    left: State | None = None
    """``expired`` or ``cancelled`` where the provider did not get to it: nothing was asked and nothing is charged."""
    broken: str = ""
    """Why it can't be read, in words. Something came of the request then, and may have been paid for."""


def is_name(text: object) -> bool:
    """Whether a text can be the id of a batch or a file: it becomes a part of a URL."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None and ".." not in text


def read_remote(document: Mapping[str, Any]) -> Remote | None:
    """The batch that a document tells of; None when it is none."""
    status = document.get("status", document.get("processing_status"))
    state = _STATES.get(status) if isinstance(status, str) else None
    if state is None or not is_name(document.get("id")):
        return None
    counts = as_object(document.get("request_counts"))
    by_message = "processing_status" in document
    failed = _count(counts, "failed", "errored", "expired", "canceled")
    done = _count(counts, "completed", "succeeded")
    total = _count(counts, "total") or done + failed + _count(counts, "processing")
    name = str(document["id"])
    if by_message:
        files = (name,) if state == "completed" else ()
    else:
        given = (document.get("output_file_id"), document.get("error_file_id"))
        files = tuple(str(file) for file in given if is_name(file))
    late = not by_message and _is_late(document, state, done, failed)
    return Remote(name, state, total, done, failed, files, _why(document), late)


def _is_late(document: Mapping[str, Any], state: State, done: int, failed: int) -> bool:
    """Whether there must be results, and no file is named that has them. A file of both may be named either way."""
    answers, errors = is_name(document.get("output_file_id")), is_name(document.get("error_file_id"))
    if state == "completed":
        return (done > 0 and not answers) or (failed > 0 and not answers and not errors)
    return state in ("expired", "cancelled") and done > 0 and not answers


def read_lines(path: Path) -> Iterator[Line]:
    """The results in a file, one after the other; of what can't be read it is told why."""
    with path.open("rb") as file:
        while raw := file.readline(MAX_ANSWER_BYTES + 1):
            if len(raw) > MAX_ANSWER_BYTES and not raw.endswith(b"\n"):
                _skip_line(file.readline)
                yield _broken(raw[:MAX_ANSWER_BYTES], f"it is over {megabytes(MAX_ANSWER_BYTES)}")
            elif raw.strip():
                yield _read_line(raw)


def _read_line(raw: bytes) -> Line:
    try:
        document = as_object(read_json(raw))
    except ValueError:
        return _broken(raw, "it is cut off, or no JSON")
    key = document.get("custom_id")
    if not isinstance(key, str):
        return _broken(raw, "it is no result")
    line = _message_line(key, document) if "result" in document else _chat_line(key, document)
    return line or Line(key, body=raw, broken="it has neither an answer nor an error")


def _broken(raw: bytes, why: str) -> Line:
    """A line that can't be read, under the name that stands in it."""
    found = _KEY.search(raw)
    return Line(found[1].decode() if found else "", body=raw, broken=why)


def _chat_line(key: str, document: Mapping[str, Any]) -> Line | None:
    error = as_object(document.get("error"))
    if (left := _LEFT.get(str(error.get("code")))) is not None:
        return Line(key, left=left)
    response = as_object(document.get("response"))
    status: Any = response.get("status_code")
    if type(status) is int and 100 <= status < 600 and isinstance(response.get("body"), dict):
        return Line(key, status, _dump(response["body"]))
    return Line(key, 500, _dump({"error": error})) if error else None


def _message_line(key: str, document: Mapping[str, Any]) -> Line | None:
    result = as_object(document["result"])
    kind = str(result.get("type"))
    if kind == "succeeded" and isinstance(result.get("message"), dict):
        return Line(key, 200, _dump(result["message"]))
    if kind in _LEFT:
        return Line(key, left=_LEFT[kind])
    # An error's own type tells what an HTTP status would.
    error = as_object(as_object(result.get("error")).get("error")) or as_object(result.get("error"))
    if kind != "errored" or not error:
        return None
    return Line(key, 400 if error.get("type") == "invalid_request_error" else 500, _dump({"error": error}))


def _dump(body: object) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # a lone surrogate, which its reader takes
        import json

        return json.dumps(body).encode()


def _skip_line(read: Any) -> None:
    while (rest := read(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _count(counts: Mapping[str, Any], *names: str) -> int:
    found = (counts.get(name) for name in names)
    return sum(count for count in found if type(count) is int and 0 <= count < 2**31)


def _why(document: Mapping[str, Any]) -> str:
    errors = as_object(document.get("errors"))
    said = (as_object(item).get("message") for item in as_list(errors.get("data"))[:3])
    return one_line("; ".join(str(message) for message in said if message), WORDS)
