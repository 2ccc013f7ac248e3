"""The facts of a call in a proxy's log: LiteLLM's logging payload and spend logs, and lines like them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from synterm.core.completion import Outcome, Usage
from synterm.formats.sources.call_facts import CallFacts, count, failure, number
from synterm.formats.sources.guardrails import guard_in
from synterm.formats.sources.logged_answer import Said
from synterm.formats.sources.times import milliseconds
from synterm.providers.loose_json import as_list, as_object

_ENDS = ("endTime", "end_time", "completed_at")
_STARTS = ("startTime", "start_time", "completionStartTime")
_OTHER_TIMES = ("created_at", "timestamp", "created", "time", "date", "datetime", "@timestamp")
_TIMES = (*_ENDS, *_OTHER_TIMES)
_IDS = ("id", "request_id", "litellm_call_id", "custom_id", "call_id")
_KEPT_IDS = (
    "id",
    "trace_id",
    "session_id",
    "conversation_id",
    "litellm_trace_id",
    "span_id",
    "request_id",
    "custom_id",
)
_COSTS = ("response_cost", "cost_usd", "spend", "cost", "total_cost")
_LATENCIES = (
    ("latency_ms", 1.0),
    ("request_duration_ms", 1.0),
    ("duration_ms", 1.0),
    ("response_time_ms", 1.0),
    ("response_time", 1000.0),
    ("latency_s", 1000.0),
)
"""What is counted in what: LiteLLM's response time in seconds."""
_FEEDBACK = ("feedback", "user_feedback", "rating", "thumbs")
_PEOPLE = (
    "user",
    "end_user",
    "user_id",
    "user_email",
    "requester_ip_address",
    "ip",
    "ip_address",
    "client_ip",
    "user_api_key_user_id",
    "user_api_key_user_email",
    "user_api_key_end_user_id",
)
_FAILED = ("failure", "failed", "error")
_MOST_TAGS = 50
_LONGEST = 500


def facts_of(found: dict[str, Any], said: Said | None) -> CallFacts:
    """What a line says of its call; `said` is the answer in it."""
    said = said or Said()
    model = _model(found) or said.model
    error, outcome = _error(found, said)
    return CallFacts(
        output=said.text,
        served=_served(found, said),
        name=next((text for name in _IDS if name in found and (text := _short(found[name]))), said.id),
        outcome=outcome,
        model=model,
        finish_reason=said.finish,
        latency_ms=_latency(found),
        cost_usd=next((number(found[name]) for name in _COSTS if name in found), None),
        usage=_usage(found, said),
        error=error,
        detail=_detail(found),
        people=people_in(found, _PEOPLE),
    )


def people_in(found: dict[str, Any], names: Iterable[str]) -> dict[str, str]:
    """What names who asked, in a line or beside it in its metadata."""
    beside = as_object(found.get("metadata"))
    people: dict[str, str] = {}
    for name in names:
        if (name in found or name in beside) and (text := _short(found.get(name) or beside.get(name))):
            people[name] = text
    return people


def _served(found: dict[str, Any], said: Said) -> Any:
    """When it ended, else when the response was made, else when it began, with the time that it took."""
    for name in _TIMES:
        if name in found and found[name] not in (None, ""):
            return found[name]
    if said.created not in (None, ""):
        return said.created
    began = next((found[name] for name in _STARTS if found.get(name) not in (None, "")), None)
    took = _latency(found)
    if began is None or took is None:
        return began
    start = milliseconds(began)
    return None if start is None else start + round(took)


def _latency(found: dict[str, Any]) -> float | None:
    for name, factor in _LATENCIES:
        if name in found and (taken := number(found[name])) is not None:
            return round(taken * factor, 3)
    began = next((found[name] for name in _STARTS[:2] if found.get(name) not in (None, "")), None)
    ended = next((found[name] for name in _ENDS if found.get(name) not in (None, "")), None)
    if began is None or ended is None:
        return None
    if isinstance(began, float) and isinstance(ended, float):
        return round(max(ended - began, 0.0) * 1000, 3) if began < 1e11 else None
    start, end = milliseconds(began), milliseconds(ended)
    return float(max(end - start, 0)) if start is not None and end is not None else None


def _usage(found: dict[str, Any], said: Said) -> Usage:
    return Usage(
        said.usage.prompt if said.usage.prompt is not None else count(found.get("prompt_tokens")),
        said.usage.completion if said.usage.completion is not None else count(found.get("completion_tokens")),
    )


def _model(found: dict[str, Any]) -> str:
    for holder in (found, found.get("request"), found.get("body"), found.get("kwargs")):
        if isinstance(holder, dict) and (model := _short(cast("dict[str, Any]", holder).get("model"))):
            return model
    return ""


def _error(found: dict[str, Any], said: Said) -> tuple[str | None, Outcome | None]:
    """Why there is no answer, and how it ended."""
    failed = str(found.get("status") or "").casefold() in _FAILED
    words, code = _error_words(found)
    if words is None and not failed:
        return None, said.outcome
    if said.text and not failed:
        return None, said.outcome
    words = words or "the log says that it failed, and not why"
    return words, failure(words, code)


def _error_words(found: dict[str, Any]) -> tuple[str | None, Any]:
    told: Any = found.get("error_information")
    if isinstance(told, dict) and told:
        information = cast("dict[str, Any]", told)
        parts = [_short(information.get(name)) for name in ("error_class", "error_message")]
        if any(parts):
            return ": ".join(filter(None, parts)), information.get("error_code")
    for name in ("error", "error_str", "exception", "error_message"):
        told = found.get(name)
        if isinstance(told, dict) and told:
            error = cast("dict[str, Any]", told)
            return _short(error.get("message")) or _short(error.get("type")) or "an error", error.get("code")
        if isinstance(told, str) and told.strip():
            return told.strip()[:2000], found.get("status_code")
    return None, None


def _detail(found: dict[str, Any]) -> dict[str, Any]:
    detail: dict[str, Any] = {name: text for name in _KEPT_IDS if name in found and (text := _short(found[name]))}
    if tags := tags_in(found):
        detail["tags"] = tags
    for name in _FEEDBACK:
        if name in found and isinstance(given := found[name], str | int | float) and given != "":
            detail["feedback"] = given[:_LONGEST] if isinstance(given, str) else given
            break
    if "guardrail_information" in found and (guard := guard_in(found["guardrail_information"])):
        detail["guard"] = guard
    return detail


def tags_in(found: dict[str, Any]) -> list[str]:
    """The tags of a line."""
    tags = as_list(found.get("request_tags", found.get("tags")))
    return [tag for tag in tags if isinstance(tag, str)][:_MOST_TAGS]


def _short(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)[:_LONGEST]
