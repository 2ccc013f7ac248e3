"""What a chat model answered, as a completion: the rules that hold for every way of asking."""

from __future__ import annotations

import re

from synterm.core.completion import Completion, Outcome, Usage
from synterm.text import storable

_THINKING = re.compile(r"<(?:think|thinking|budget:thinking)>.*?</(?:think|thinking|budget:thinking)>(.*)", re.S)
# What OpenAI-compatible servers say besides OpenAI's own words; anything else is an end like any other: `stop`.
_REASONS = {
    "length": "max_tokens MAX_TOKENS compaction",
    "tool_calls": "tool_use",
    "function_call": "",
    "content_filter": "refusal content_filtered sensitive SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE "
    "OTHER ERROR_TOXIC guardrail_intervened ESCALATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT NO_IMAGE IMAGE_RECITATION "
    "IMAGE_OTHER",
}
_REASON = {said: reason for reason, others in _REASONS.items() for said in (reason, *others.split())}


def finish_reason(said: str | None) -> str:
    """Why an answer ended, in OpenAI's words; `stop` when nothing is said."""
    return _REASON.get(said, "stop") if said else "stop"


def without_thinking(text: str) -> str:
    """An answer without the thoughts that some models put before it in ``<think>`` tags."""
    if not text.startswith("<"):
        return text
    match = _THINKING.match(text)
    return match[1] if match else text


def usage_of(prompt: object, completion: object, text: str) -> Usage:
    """Token counts. A 0 for what can't be 0 means that the provider gave none: no prompt has 0 tokens."""
    if not isinstance(prompt, int) or prompt <= 0 or not isinstance(completion, int | None):
        return Usage()
    return Usage(prompt, None if completion == 0 and text else completion)


def finished(text: str, refusal: str, finish: str | None, usage: Usage, cost_usd: float | None) -> Completion:
    """The completion of an answer that arrived whole."""
    return Completion(_outcome(text, refusal, finish), storable(text or refusal), finish, usage, cost_usd=cost_usd)


def _outcome(text: str, refusal: str, finish: str | None) -> Outcome:
    if finish == "content_filter":
        return Outcome.FILTERED
    if refusal:
        return Outcome.REFUSED
    if finish == "length":
        return Outcome.TRUNCATED
    return Outcome.COMPLETE if text else Outcome.EMPTY
