"""What LiteLLM raised, or its HTTP exchange shows, as a typed outcome in words for people."""

from __future__ import annotations

import re
from typing import Any

import orjson

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.providers.http_guard import Exchange
from synterm.providers.http_outcomes import WORDS, Answered, cut_short, failure_of, provider_error, unreachable
from synterm.providers.wire import too_large
from synterm.text import one_line

_PREFIX = re.compile(r"^((litellm|openai)\.)?\w*(Error|Exception)( -|:) *")


def outcome_of(error: Exception, exchange: Exchange, key_name: str | None) -> Completion:
    """The outcome of a call that raised `error`; `key_name` is the variable that holds its key."""
    if exchange.too_large:
        return too_large()
    if type(error).__name__ == "Timeout" or isinstance(error, TimeoutError):
        return failed_call(Outcome.TIMED_OUT, "the endpoint gave no answer in time", retry_after_s=0.0)
    if exchange.cut:
        return cut_short()
    place = exchange.sent_to
    if exchange.status is not None and place is not None:
        return failure_of(Answered(place, exchange.status, exchange.headers, bytes(exchange.body)), key_name)
    if exchange.refused_key is not None:
        return provider_error(
            f"LiteLLM was stopped: it wanted to send the key in {exchange.refused_key} to {exchange.refused}",
            f"if it may: synterm settings --bind {exchange.refused_key} {exchange.refused}",
        )
    if exchange.refused is not None:
        return provider_error(
            f"LiteLLM wanted to send this to {exchange.refused}, not to {exchange.only}; it was stopped"
        )
    words = _words(error)
    if type(error).__name__ == "ContentPolicyViolationError":
        return Completion(Outcome.FILTERED, finish_reason="content_filter", error=words)
    if place is not None:
        return unreachable(place, str(_root(error)) or words)
    if type(error).__name__ == "AuthenticationError":
        return provider_error(f"no key was found: {words}", "set the key's environment variable (synterm models)")
    return provider_error(f"LiteLLM can't make this call: {words}", "check the model string and its parameters")


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


def _words(error: Exception) -> str:
    """What LiteLLM said, without its own names."""
    # Past these marks LiteLLM speaks to its own users.
    text = str(error).partition("\nTraceback")[0].partition(" To drop these, set")[0].strip()
    while (shorter := _PREFIX.sub("", text)) != text:
        text = shorter
    return one_line(text, WORDS) or type(error).__name__


def _root(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while (below := error.__cause__ or error.__context__) is not None and id(below) not in seen:
        seen.add(id(error))
        error = below
    return error
