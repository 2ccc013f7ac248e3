"""What LiteLLM raised, or its HTTP exchange shows, as a typed outcome in words for people."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.providers.http_guard import Exchange
from synterm.providers.wire import too_large
from synterm.text import one_line

_WORDS = 300
_PREFIX = re.compile(r"^((litellm|openai)\.)?\w*(Error|Exception)( -|:) *")
_NO_CREDIT = ("insufficient_quota", "billing")
_FILTERED = ("content_filter", "content_policy_violation", "ResponsibleAIPolicyViolation")


def outcome_of(error: Exception, exchange: Exchange, key_name: str | None) -> Completion:
    """The outcome of a call that raised `error`; `key_name` is the variable that holds its key."""
    if exchange.too_large:
        return too_large()
    if type(error).__name__ == "Timeout" or isinstance(error, TimeoutError):
        return failed_call(Outcome.TIMED_OUT, "the endpoint gave no answer in time", retry_after_s=0.0)
    words = _words(error, exchange)
    if _is_filtered(error, exchange):
        return Completion(Outcome.FILTERED, finish_reason="content_filter", error=words)
    if exchange.status is not None:
        return _by_status(exchange.status, words, exchange, key_name)
    if exchange.refused is not None:
        return _failed(f"LiteLLM wanted to send this to {exchange.refused}, not to {exchange.only}; it was stopped")
    if exchange.sent_to is not None:
        reason = one_line(str(_root(error)), _WORDS) or words
        return _failed(f"can't reach {exchange.sent_to}: {reason}", "check that it runs, and the network", 0.0)
    if type(error).__name__ == "AuthenticationError":
        return _failed(f"no key was found: {words}", "set the key's environment variable (synterm models)")
    return _failed(f"LiteLLM can't make this call: {words}", "check the model string and its parameters")


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait by ``Retry-After`` (RFC 9110, 10.2.3: seconds or a date); 0 when it says nothing sensible."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text, re.A):
        return float(text)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return 0.0
    return max(0.0, until - _now(headers))


def _now(headers: Mapping[str, str]) -> float:
    """The server's own clock, by which its date is meant; ours without one."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return time.time()


def streamed_refusal(body: bytes) -> str:
    """The refusal in the events of an OpenAI stream, which LiteLLM leaves out; empty when there is none."""
    if b'"refusal"' not in body:
        return ""
    parts: list[str] = []
    for line in body.splitlines():
        if line.startswith(b"data: {"):
            event: Any = orjson.loads(line[6:])
            parts += [choice.get("delta", {}).get("refusal") or "" for choice in event.get("choices", ())]
    return "".join(parts)


def _by_status(status: int, words: str, exchange: Exchange, key_name: str | None) -> Completion:
    place = f"{exchange.sent_to} answered {status}"
    if status == 429:
        broke = any(sign in bytes(exchange.body).decode(errors="replace") for sign in _NO_CREDIT)
        hint = "the account has no credit left" if broke else "lower the concurrency, or wait"
        wait = None if broke else retry_after(exchange.headers)
        return failed_call(Outcome.RATE_LIMITED, f"{place}: {words}", hint, retry_after_s=wait)
    if status < 300:
        return failed_call(
            Outcome.MALFORMED, f"{exchange.sent_to} sent what can't be read: {words}", "look at the raw response"
        )
    if status < 400:
        target = one_line(exchange.headers.get("location", "elsewhere"), 200)
        return _failed(
            f"{place}: it redirects to {target}, which is not followed", "name the right endpoint in api_base"
        )
    if status >= 500:
        return _failed(f"{place}: {words}", "the trouble is at the endpoint; try again", retry_after(exchange.headers))
    return _failed(f"{place}: {words}", _client_hint(status, key_name))


def _client_hint(status: int, key_name: str | None) -> str:
    if status in (401, 403):
        return f"check the key in {key_name}" if key_name else "check the key"
    if status == 404:
        return "check the model's name and its api_base"
    if status == 402:
        return "the account has no credit left"
    return "check the prompt's length and the model's parameters"


def _failed(message: str, hint: str | None = None, retry_after_s: float | None = None) -> Completion:
    return failed_call(Outcome.PROVIDER_ERROR, message, hint, retry_after_s=retry_after_s)


def _is_filtered(error: Exception, exchange: Exchange) -> bool:
    if type(error).__name__ == "ContentPolicyViolationError":
        return True
    code = _error_object(exchange).get("code")
    return isinstance(code, str) and code in _FILTERED


def _words(error: Exception, exchange: Exchange) -> str:
    """What the provider said, else what LiteLLM said without its own names."""
    found = _error_object(exchange)
    said: Any = found.get("message") or found.get("detail") or found.get("error")
    if isinstance(said, str) and said.strip():
        return one_line(said, _WORDS)
    # Past these marks LiteLLM speaks to its own users.
    text = str(error).partition("\nTraceback")[0].partition(" To drop these, set")[0].strip()
    while (shorter := _PREFIX.sub("", text)) != text:
        text = shorter
    return one_line(text, _WORDS) or type(error).__name__


def _error_object(exchange: Exchange) -> dict[str, Any]:
    """The error that a response's body reports: ``{"error": {…}}``, ``[{"error": …}]`` or the body itself."""
    try:
        body: Any = orjson.loads(bytes(exchange.body))
    except orjson.JSONDecodeError:
        return {}
    if isinstance(body, list):
        body = body[0] if body else {}  # pyright: ignore[reportUnknownVariableType]
    found: Any = body.get("error", body) if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return found if isinstance(found, dict) else {"message": found}  # pyright: ignore[reportUnknownVariableType]


def _root(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while (below := error.__cause__ or error.__context__) is not None and id(below) not in seen:
        seen.add(id(error))
        error = below
    return error
