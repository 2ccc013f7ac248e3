"""What a logged response says, in each provider's shape; and times as logs write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome
from synterm.errors import InputError
from synterm.formats.sources.log_facts import facts_of
from synterm.formats.sources.logged_answer import said_in
from synterm.formats.sources.times import iso, milliseconds

CALL = '[{"name":"book","arguments":{"room":4}}]'
FUNCTION = {"id": "c", "type": "function", "function": {"name": "book", "arguments": '{"room": 4}'}}


def chat(finish: str = "stop", **message: Any) -> dict[str, Any]:
    """A response of the chat protocol."""
    return {"choices": [{"finish_reason": finish, "message": {"role": "assistant", **message}}], "usage": {}}


@pytest.mark.parametrize(
    ("response", "text", "outcome"),
    [
        (chat(content="yes"), "yes", Outcome.COMPLETE),
        (chat(content=[{"type": "text", "text": "y"}, {"type": "text", "text": "es"}]), "yes", Outcome.COMPLETE),
        (chat("length", content="ye"), "ye", Outcome.TRUNCATED),
        (chat("content_filter", content=""), "", Outcome.FILTERED),
        (chat(content=None, refusal="I can't"), "I can't", Outcome.REFUSED),
        (chat("tool_calls", content=None, tool_calls=[FUNCTION]), CALL, Outcome.COMPLETE),
        (json.dumps(chat(content="yes")), "yes", Outcome.COMPLETE),
        ({"choices": [{"text": "yes", "finish_reason": "stop"}]}, "yes", Outcome.COMPLETE),
        (
            {
                "status": "completed",
                "output": [{"type": "message", "content": [{"type": "output_text", "text": "yes"}]}],
            },
            "yes",
            Outcome.COMPLETE,
        ),
        (
            {
                "status": "incomplete",
                "incomplete_details": {"reason": "max_output_tokens"},
                "output": [{"type": "message", "content": [{"type": "output_text", "text": "ye"}]}],
            },
            "ye",
            Outcome.TRUNCATED,
        ),
        (
            {
                "status": "completed",
                "output": [
                    {"type": "reasoning", "summary": []},
                    {"type": "function_call", "name": "book", "arguments": '{"room": 4}', "call_id": "c"},
                ],
            },
            CALL,
            Outcome.COMPLETE,
        ),
        (
            {"status": "completed", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}]},
            "no",
            Outcome.REFUSED,
        ),
        (
            {"role": "assistant", "content": [{"type": "text", "text": "yes"}], "stop_reason": "end_turn"},
            "yes",
            Outcome.COMPLETE,
        ),
        (
            {"role": "assistant", "content": [{"type": "text", "text": "ye"}], "stop_reason": "max_tokens"},
            "ye",
            Outcome.TRUNCATED,
        ),
        (
            {
                "role": "assistant",
                "content": [{"type": "tool_use", "id": "c", "name": "book", "input": {"room": 4}}],
                "stop_reason": "tool_use",
            },
            CALL,
            Outcome.COMPLETE,
        ),
        ({"message": {"role": "assistant", "content": "yes"}, "done_reason": "stop"}, "yes", Outcome.COMPLETE),
    ],
)
def test_each_shape_of_a_response_is_read(response: Any, text: str, outcome: Outcome) -> None:
    said = said_in(response)
    assert said is not None
    assert (said.text, said.outcome) == (text, outcome)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["choices", "message", "content", "output", "role", "type", "text", "usage", "metadata"]
                )
                | st.sampled_from(["startTime", "endTime", "error", "status", "request_tags", "user", "stop_reason"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_a_log_holds_is_read_or_refused_in_words(value: Any) -> None:
    said = said_in(value)
    assert said is None or isinstance(said.text, str)
    if isinstance(value, dict):
        found: dict[str, Any] = value  # pyright: ignore[reportUnknownVariableType]
        try:
            facts = facts_of(found, said)
        except InputError:
            return
        assert facts.latency_ms is None or facts.latency_ms >= 0


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (1_790_000_000, "2026-09-21T14:13:20.000Z"),
        (1_790_000_000.25, "2026-09-21T14:13:20.250Z"),
        (1_790_000_000_250, "2026-09-21T14:13:20.250Z"),
        (1_790_000_000_250_000, "2026-09-21T14:13:20.250Z"),
        ("1790000000250000000", "2026-09-21T14:13:20.250Z"),
        ("2026-09-21T14:13:20.250Z", "2026-09-21T14:13:20.250Z"),
        ("2026-09-21T16:13:20,250+02:00", "2026-09-21T14:13:20.250Z"),
        ("2026-09-21 14:13:20", "2026-09-21T14:13:20.000Z"),
        ("2026-09-21", "2026-09-21T00:00:00.000Z"),
        ("21/Sep/2026:14:13:20 +0000", "2026-09-21T14:13:20.000Z"),
        ("Mon, 21 Sep 2026 14:13:20 +0000", "2026-09-21T14:13:20.000Z"),
    ],
)
def test_times_are_read_as_they_are_written(written: Any, read: str) -> None:
    found = milliseconds(written)
    assert found is not None
    assert iso(found) == read


@pytest.mark.parametrize(
    "written", ["yesterday", "0001-01-01", "9999-12-31T23:59:59+00:00", -1, 5, True, [], {}, "1" * 30, "12:30", 1e300]
)
def test_what_is_no_time_of_a_call_is_refused(written: Any) -> None:
    with pytest.raises(InputError, match="no time"):
        milliseconds(written)


@given(st.integers(946_684_800_000, 1_790_000_000_000))
def test_times_come_back(ms: int) -> None:
    assert milliseconds(iso(ms)) == ms
    assert milliseconds(ms) == ms


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_any_value_is_a_time_nothing_or_refused(value: Any) -> None:
    try:
        found = milliseconds(value)
    except InputError:
        return
    assert found is None or iso(found).endswith("Z")
