"""What a log says of a call besides what was asked: the answer, how it ended, when, how fast, at what cost."""

from __future__ import annotations

from dataclasses import field
from typing import Any

from synterm.core.completion import Outcome, Usage
from synterm.core.record import record

_TIMED_OUT = ("timeout", "timed out", "time out", "deadline")
_LIMITED = ("rate limit", "ratelimit", "rate_limit", "too many requests", "quota")
_FILTERED = ("content_filter", "content filter", "contentpolicy", "content_policy", "responsibleai")


@record
class CallFacts:
    """The facts of one logged call, nothing masked yet."""

    output: str = ""
    """The answer; tools that it calls as `providers.tool_calls` writes them."""
    served: Any = None
    """When it was answered, as the log has it: whatever `times.milliseconds` reads. None: the log does not say."""
    name: str = ""
    """The log's own id of the call, which tells it from all others; empty where there is none."""
    outcome: Outcome | None = None
    """How it ended; None: as the answer, the finish reason and the error tell."""
    model: str = ""
    finish_reason: str | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    usage: Usage = Usage()
    error: str | None = None
    """Why there is no answer."""
    expected: Any = None
    """What should have been answered, where the log itself says so."""
    detail: dict[str, Any] = field(default_factory=dict[str, Any])
    """What else is kept: ids of the request, the trace and the session, tags, a user's rating, a guard's verdict."""
    people: dict[str, str] = field(default_factory=dict[str, str])
    """What names who asked, by what the log calls it: never kept as it is."""


def outcome_of(facts: CallFacts) -> Outcome:
    """How a call ended."""
    if facts.outcome is not None:
        return facts.outcome
    if facts.error is not None and not facts.output:
        return failure(facts.error)
    if facts.finish_reason == "content_filter":
        return Outcome.FILTERED
    if facts.finish_reason == "length":
        return Outcome.TRUNCATED
    return Outcome.COMPLETE if facts.output else Outcome.EMPTY


def failure(error: str, status: object = None) -> Outcome:
    """What kind of failure an error's words, and the status of HTTP, speak of."""
    said = error[:2000].casefold()
    code = str(status or "")
    if any(word in said for word in _FILTERED):
        return Outcome.FILTERED
    if code == "429" or any(word in said for word in _LIMITED):
        return Outcome.RATE_LIMITED
    if code in ("408", "504") or any(word in said for word in _TIMED_OUT):
        return Outcome.TIMED_OUT
    return Outcome.PROVIDER_ERROR


def number(value: Any) -> float | None:
    """A number that is not negative, also one in a text; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e15 else None


def count(value: Any) -> int | None:
    """A number of tokens; None for what is none."""
    found = number(value)
    return None if found is None else int(found)
