"""What an HTTP exchange with a model's endpoint comes to, as a typed outcome in words for people.

One truth for all ways of asking: LiteLLM's process and the direct connection end in these functions.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from synterm.core.completion import UNREACHED, Completion, Outcome, failed_call
from synterm.providers.loose_json import as_list, as_object, read_json
from synterm.providers.proxies import unused_proxy
from synterm.providers.urls import is_loopback
from synterm.text import one_line

WORDS = 300
"""How many characters of what others say are shown."""
_NO_CREDIT = (b"insufficient_quota", b"billing")
_FILTERED = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?", re.A)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an endpoint answered, and where it is."""

    place: str
    """Its origin."""
    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Header names are looked up in lower case."""
    body: bytes = b""


def failure_of(answer: Answered, key_name: str | None) -> Completion:
    """The outcome of an answer that is no completion; `key_name` is the variable that holds the key."""
    found, words = error_object(answer.body), words_of(answer.body)
    if found.get("code") in _FILTERED:
        return Completion(Outcome.FILTERED, finish_reason="content_filter", error=words)
    status = _reported_status(answer.status, found)
    said = f"{answer.place} answered {status}: {words}"
    if status == 429:
        return _rate_limited(said, answer)
    if status < 300:
        return failed_call(
            Outcome.MALFORMED, f"{answer.place} sent what can't be read: {words}", "look at the raw response"
        )
    if status < 400:
        target = one_line(answer.headers.get("location", "elsewhere"), 200)
        said = f"{answer.place} answered {status}: it redirects to {target}, which is not followed"
        return provider_error(said, "name the right endpoint in api_base")
    if status >= 500:
        return provider_error(said, "the trouble is at the endpoint; try again", retry_after(answer.headers))
    return provider_error(said, _client_hint(status, key_name))


def unreachable(place: str, reason: str) -> Completion:
    """The outcome of a connection that could not be made, or broke before an answer started."""
    hint = "check that it runs, and the network"
    if not is_loopback(place) and (proxy := unused_proxy()):
        hint += f"; {proxy} is set and not gone by: use_proxy = true in your settings has calls go through it"
    return provider_error(f"{UNREACHED}{place}: {one_line(reason, WORDS) or 'the connection broke'}", hint, 0.0)


def timed_out(limit_s: float) -> Completion:
    """The outcome of a call that took longer than it may."""
    return failed_call(Outcome.TIMED_OUT, f"no answer within {limit_s:g} s", retry_after_s=0.0)


def cut_short(text: str = "") -> Completion:
    """The outcome of an answer that broke off after `text`; another try may bring it whole."""
    error = "the answer was cut: it broke off before its end"
    return Completion(Outcome.MALFORMED, text, error=error, retry_after_s=0.0)


def provider_error(message: str, hint: str | None = None, retry_after_s: float | None = None) -> Completion:
    """The outcome of a call that failed at the endpoint or on the way."""
    return failed_call(Outcome.PROVIDER_ERROR, message, hint, retry_after_s=retry_after_s)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date) or OpenAI's ``retry-after-ms``;
    0 when they say nothing sensible."""
    if _SECONDS.fullmatch(text := headers.get("retry-after-ms", "").strip()):
        return float(text) / 1000
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, until - _now(headers))


def error_object(body: bytes) -> dict[str, Any]:
    """The error that a body reports: ``{"error": {…}}``, ``[{"error": …}]``, an event of a stream, or the body."""
    try:
        document: Any = read_json(_event(body) or body)
    except ValueError:
        return {}
    document = as_object(next(iter(as_list(document)), document))
    found: Any = document.get("error", document)
    return as_object(found) or {"message": found}


def words_of(body: bytes) -> str:
    """What an endpoint said: the message of its error, else the body as it came, as one short line."""
    found = error_object(body)
    for said in (found.get("message"), found.get("detail"), found.get("error")):
        if isinstance(said, str) and said.strip():
            return one_line(said, WORDS)
    return one_line(body[: 16 * WORDS].decode(errors="replace"), WORDS) or "it gave no reason"


def _event(body: bytes) -> bytes | None:
    """The event of a stream that reports an error, where `body` is a stream."""
    if b'"error"' not in body or not body.lstrip().startswith((b"data:", b":", b"event:")):
        return None
    return next((line[5:] for line in body.splitlines() if line.startswith(b"data:") and b'"error"' in line), None)


def _reported_status(status: int, found: dict[str, Any]) -> int:
    """Some gateways answer 200 and put the model's own status into the error."""
    code: Any = found.get("code")
    return code if status < 300 and type(code) is int and 400 <= code < 600 else status


def _rate_limited(said: str, answer: Answered) -> Completion:
    broke = any(sign in answer.body for sign in _NO_CREDIT)
    hint = "the account has no credit left" if broke else "lower the concurrency, or wait"
    wait = None if broke else retry_after(answer.headers)
    return failed_call(Outcome.RATE_LIMITED, said, hint, retry_after_s=wait)


def _client_hint(status: int, key_name: str | None) -> str:
    if status in (401, 403):
        return f"check the key in {key_name}" if key_name else "check the key"
    if status == 404:
        return "check the model's name and its api_base"
    if status == 402:
        return "the account has no credit left"
    return "check the prompt's length and the model's parameters"


def _now(headers: Mapping[str, str]) -> float:
    """The server's own clock, by which its date is meant; ours without one."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return time.time()
