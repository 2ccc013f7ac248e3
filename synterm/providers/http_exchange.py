"""One request to an app's endpoint and its response: bounded in time and size, and no redirect followed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import orjson

from synterm.core.case import value_text
from synterm.core.completion import Completion
from synterm.errors import InputError
from synterm.providers.http_body import Values, fill, fill_path
from synterm.providers.http_config import CallConfig, TargetConfig
from synterm.providers.http_outcomes import WORDS, Answered, cut_short, failure_of, timed_out, unreachable
from synterm.providers.http_paths import JsonPath
from synterm.providers.loose_json import read_json
from synterm.providers.wire import MAX_ANSWER_BYTES, too_large
from synterm.text import one_line, storable

if TYPE_CHECKING:
    import ssl

    import aiohttp

_JSON = "application/json"
_HIDDEN = b"[key]"


@dataclass(frozen=True, slots=True)
class App:
    """An app's endpoint: where it is, how it is asked, and with which key."""

    base: str
    place: str
    """Its origin."""
    config: TargetConfig
    headers: Mapping[str, str]
    """As they are sent."""
    shown: Mapping[str, str]
    """As they may be shown: with the names of variables in place of their values."""
    key: str
    """The value of the one variable that is sent; empty where there is none."""
    key_name: str | None
    tls: ssl.SSLContext | bool
    cost_usd: float | None
    """What a call costs: nothing, where the project says so; None: nobody knows."""


@dataclass(slots=True)
class Exchange:
    """What was sent, and what came back."""

    what: str
    """``call``, ``start``, ``turn``, ``earlier turn`` or ``end``."""
    method: str
    url: str
    headers: Mapping[str, str]
    """Without the values of variables."""
    sent: bytes = b""
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""
    body: bytes = b""
    """What came back, without the key should it stand there."""
    latency_ms: float = 0.0
    failure: Completion | None = None
    """Why there is no answer; None: its status says that there is one."""


def prepare(app: App, call: CallConfig, values: Values, what: str) -> Exchange:
    """The request, filled with values. Raises InputError naming the field that can't be."""
    path, template = fill_path(call.path, values), call.template
    document = None if template is None else fill(template, values)
    url = f"{app.base.rstrip('/')}/{path.lstrip('/')}" if path else app.base
    return Exchange(what, call.method, url, app.shown, _bytes(app, document))


async def send(app: App, exchange: Exchange, client: aiohttp.ClientSession) -> Exchange:
    """Send it, and note what comes back. Never raises for what the endpoint does; cancelling closes the connection."""
    import aiohttp

    start = time.perf_counter()
    try:
        async with asyncio.timeout(app.config.timeout_s):
            exchange.failure = await _send(app, exchange, client)
    except TimeoutError:
        exchange.failure = timed_out(app.config.timeout_s)
    except (aiohttp.ClientError, OSError) as error:
        exchange.failure = unreachable(app.place, str(getattr(error, "os_error", error)))
    exchange.latency_ms = (time.perf_counter() - start) * 1000
    if app.key:
        exchange.body = exchange.body.replace(app.key.encode(), _HIDDEN)
    if exchange.failure is None and not 200 <= (exchange.status or 0) < 300:
        exchange.failure = _refused(app, exchange)
    return exchange


async def _send(app: App, exchange: Exchange, client: aiohttp.ClientSession) -> Completion | None:
    import aiohttp
    from yarl import URL

    # As it stands: yarl would make other characters of some that were escaped on purpose.
    url = URL(exchange.url, encoded=True)
    response = await client.request(
        exchange.method,
        url,
        data=exchange.sent or None,
        headers=app.headers,
        allow_redirects=False,
        ssl=app.tls,
    )
    body = bytearray()
    try:
        exchange.status = response.status
        exchange.answer_headers = {name.lower(): value for name, value in response.headers.items()}
        while chunk := await response.content.readany():
            room = MAX_ANSWER_BYTES - len(body)
            body += chunk[:room]
            if len(chunk) > room:
                return too_large()
    except (aiohttp.ClientError, OSError):
        return cut_short()
    finally:
        exchange.body = bytes(body)
        # Closes the connection where the answer was not read to its end; else it was given back by now.
        response.close()
    return None


def _bytes(app: App, document: Any) -> bytes:
    if document is None:
        return b""
    plain = next((value for name, value in app.headers.items() if name.lower() == "content-type"), _JSON)
    if isinstance(document, str) and "json" not in plain.lower():
        return storable(document).encode()
    try:
        return orjson.dumps(document)
    except TypeError as error:
        raise InputError(f"can't be sent as JSON: {error}", where="body") from error


def _refused(app: App, exchange: Exchange) -> Completion:
    """The outcome of a status that is no success, in the words that the app has for it."""
    status, body = exchange.status or 0, exchange.body
    if (words := reported(app.config, exchange)) is not None:
        body = orjson.dumps({"error": {"message": words}})
    found = failure_of(Answered(app.place, status, exchange.answer_headers, body), app.key_name)
    return found if status not in _HINTS else replace(found, hint=_HINTS[status])


def reported(config: TargetConfig, exchange: Exchange) -> str | None:
    """What the response says went wrong, by the target's `error` path; None: nothing, or it has no such path."""
    if config.error is None:
        return None
    try:
        said = JsonPath(config.error).get(read_json(exchange.body))
    except ValueError:
        return None
    if said is None or said is False or said == "":
        return None
    return one_line(storable(value_text(said)), WORDS)


_HINTS = {
    301: "name where it leads to in api_base, or in path",
    302: "name where it leads to in api_base, or in path",
    307: "name where it leads to in api_base, or in path",
    308: "name where it leads to in api_base, or in path",
    400: "check the body against what the app takes: synterm models PROJECT --test NAME shows it",
    404: "check api_base and path",
    405: "check the method",
    415: "name the Content-Type that the app takes in headers",
    422: "check the body against what the app takes: synterm models PROJECT --test NAME shows it",
}
