"""The body of a request: read within its limits, and as strict JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from aiohttp import web

from synterm.formats.strict_json import load_json
from synterm.production.service.answers import RefusedError
from synterm.text import one_line


async def read_body(request: web.BaseRequest, types: Collection[str], most: int) -> bytes:
    """The body of a request, which must say that it is of one of `types`. Raises RefusedError, also where it is larger
    than `most` bytes."""
    _check_head(request, types, most)
    content = request.content
    if content.is_eof():
        # All of it came with the head, as it mostly does.
        body = content.read_nowait(-1)
        _check_size(body, most)
        return body
    if "Expect" in request.headers and request.transport is not None:
        # It waits to hear whether its body is welcome, as curl does with large ones.
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = bytearray()
    try:
        while chunk := await content.readany():
            body += chunk
            _check_size(body, most)
    except (web.RequestPayloadError, web.PayloadAccessError) as error:
        raise RefusedError(400, "bad_http", f"The body is broken: {one_line(str(error), 200)}") from error
    return bytes(body)


def read_json(body: bytes, where: str = "") -> Any:
    """The JSON value that is all of `body`, which is UTF-8. Raises RefusedError, which says where it is wrong; `where`
    says which part of a larger whole it is."""
    try:
        return load_json(body.decode())
    except UnicodeDecodeError as error:
        raise _bad(where, f"not UTF-8 (byte {error.start + 1})") from error
    except ValueError as error:
        raise _bad(where, _in_words(error)) from error


def _check_head(request: web.BaseRequest, types: Collection[str], most: int) -> None:
    if request.content_type not in types:
        # What a page of another site may send without being asked is none of these.
        hint = f"Send it as Content-Type: {' or '.join(types)}"
        raise RefusedError(415, "wrong_type", "The body is not said to be JSON.", hint)
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RefusedError(415, "encoded", "The body is compressed.", "Send it as it is, without Content-Encoding.")
    if request.headers.get("Expect", "100-continue").lower() != "100-continue":
        raise RefusedError(417, "expectation", "What the header Expect asks for is not known here.", "Leave it out.")
    if (request.content_length or 0) > most:
        raise _too_large(most)


def _check_size(body: bytes | bytearray, most: int) -> None:
    if len(body) > most:
        raise _too_large(most)


def _too_large(most: int) -> RefusedError:
    return RefusedError(
        413, "too_large", f"The body is larger than {most:,} bytes.", "Send less at once, or see --max-body."
    )


def _bad(where: str, words: str) -> RefusedError:
    place = f"{where}: " if where else ""
    hint = 'Such as {"output": "what the model answered"}'
    return RefusedError(400, "bad_json", f"{place}{one_line(words, 300)}", hint)


def _in_words(error: ValueError) -> str:
    """What is wrong, with the line where there are several: the reader tells the column within it."""
    cause = error.__cause__
    if isinstance(cause, json.JSONDecodeError) and cause.lineno > 1:
        return f"{error} of line {cause.lineno}"
    return str(error)
