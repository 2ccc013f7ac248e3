"""The verdict of a guard of ours is read back from the log of the LiteLLM proxy that it stands in."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.guarding import GuardVerdict
from synterm.formats.sources.guardrails import guard_in
from synterm.formats.sources.log_facts import facts_of


def entry(name: str = "routing", mode: Any = "post_call", **verdict: Any) -> dict[str, Any]:
    """An entry as litellm 1.106.2 logs it: values that are None are left out of the response."""
    said = {"id": "01", "allowed": True, "passed": True, "reason": "", "behavior": "A/B", "fail": "closed"} | verdict
    made = GuardVerdict.model_validate(said).model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "guardrail_name": name,
        "guardrail_provider": "synterm",
        "guardrail_mode": mode,
        "guardrail_response": made,
        "guardrail_status": "success",
        "duration": 0.0006,
        "masked_entity_count": None,
    }


def test_the_verdict_is_kept_with_the_name_of_the_guardrail() -> None:
    said = guard_in([entry(checks_id="abc", project="assistant")])
    assert said == {
        "id": "01",
        "project": "assistant",
        "behavior": "A/B",
        "checks_id": "abc",
        "allowed": True,
        "passed": True,
        "reason": "",
        "guardrail": "routing",
    }


def test_of_several_that_counts_which_held_the_answer_back() -> None:
    held = entry("json", allowed=False, passed=False, reason="not JSON")
    assert guard_in([entry(), held])["reason"] == "not JSON"


def test_what_was_said_of_the_question_counts_where_nothing_was_said_of_the_answer() -> None:
    asked = entry("before", "pre_call", allowed=False, passed=False, reason="about cheese")
    assert guard_in([asked])["reason"] == "about cheese"
    assert guard_in([asked, entry()])["reason"] == ""


def test_other_guardrails_are_none_of_ours() -> None:
    others = {"guardrail_name": "presidio", "guardrail_response": "allow", "guardrail_status": "success"}
    assert guard_in([others]) == {}
    assert guard_in(None) == {}


def test_a_call_in_the_log_of_a_proxy_has_it_in_its_details() -> None:
    line = {"messages": [{"role": "user", "content": "hi"}], "guardrail_information": [entry()]}
    assert facts_of(line, None).detail["guard"]["behavior"] == "A/B"
    assert "guard" not in facts_of({"messages": [], "guardrail_information": None}, None).detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, st.dictionaries(st.sampled_from(("id", "allowed", "reason", "passed", "behavior")), JSON))
def test_whatever_stands_there_it_is_read(information: Any, verdict: dict[str, Any]) -> None:
    response = {"schema": "synterm.guard/1", **verdict}
    for value in (information, [information], [{"guardrail_response": response, "guardrail_mode": information}]):
        json.dumps(guard_in(value))
