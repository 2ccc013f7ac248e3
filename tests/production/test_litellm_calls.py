"""What LiteLLM hands a guardrail becomes texts that a guard judges, and its verdicts a decision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.guarding import GuardVerdict
from synterm.production.litellm_calls import Decision, Questions, answers, asked_in, judged, message_in, told


def call(name: str = "book", arguments: str = '{"room": 4}') -> dict[str, Any]:
    return {"id": "call_0", "type": "function", "function": {"name": name, "arguments": arguments}}


def verdict(allowed: bool, passed: bool | None) -> GuardVerdict:
    return GuardVerdict(id="01", allowed=allowed, passed=passed, reason="why", behavior="A/B", fail="closed")


class Guarded:
    """Allows what is in `good`, has no verdict on what is empty, and remembers what it was asked."""

    def __init__(self, *good: str) -> None:
        self.good = good
        self.asked: list[tuple[str, Any]] = []

    async def acheck(self, output: str, input: str | None = None) -> GuardVerdict:
        self.asked.append((output, input))
        return verdict(output in self.good, output in self.good if output else None)


def test_each_text_is_an_answer() -> None:
    assert answers(["schedule", "clarify"], None) == ("schedule", "clarify")


def test_nothing_is_no_answer() -> None:
    assert answers(None, None) == ()
    assert answers([], []) == ()


def test_one_choice_that_calls_tools_is_one_answer_as_cases_hold_it() -> None:
    assert answers([], [call()]) == ('[{"name":"book","arguments":{"room":4}}]',)
    assert answers(["Booking."], [call()]) == (
        '{"content":"Booking.","tool_calls":[{"name":"book","arguments":{"room":4}}]}',
    )


def test_calls_beside_several_texts_are_an_answer_of_their_own() -> None:
    assert answers(["one", "two"], [call()]) == ("one", "two", '[{"name":"book","arguments":{"room":4}}]')


def test_calls_may_be_objects_of_litellm() -> None:
    class Call:
        def model_dump(self) -> dict[str, Any]:
            return call("cancel", "not json")

    assert answers([], [Call()]) == ('[{"name":"cancel","arguments":"not json"}]',)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([{"role": "user", "content": "first"}, {"role": "assistant", "content": "no"}], "first"),
        ([{"role": "user", "content": "first"}, {"role": "user", "content": "last"}], "last"),
        (
            [{"role": "user", "content": [{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]}],
            "in parts",
        ),
        ([{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}], None),
        ([{"role": "system", "content": "be brief"}], None),
        ("a prompt", "a prompt"),
        (None, None),
        ([], None),
        ([1, None], None),
    ],
)
def test_what_was_asked_is_what_the_user_said_last(messages: Any, said: str | None) -> None:
    assert asked_in(messages) == said


def test_a_request_is_judged_by_its_last_message_not_by_what_the_system_says() -> None:
    messages = [{"role": "user", "content": "hello"}, {"role": "system", "content": "be brief"}]
    assert message_in(["hello", "be brief"], messages) == ("hello",)


def test_a_request_without_messages_is_judged_by_its_last_text() -> None:
    assert message_in(["a", "b"], None) == ("b",)
    assert message_in([" "], None) == ()


def test_a_request_in_which_no_user_says_anything_is_not_judged() -> None:
    assert message_in(["be brief"], [{"role": "system", "content": "be brief"}]) == ()


async def test_all_texts_are_judged_and_what_they_answer_goes_along() -> None:
    guard = Guarded("one", "two")
    decision = await judged(guard, ["one", "two"], "what?")
    assert decision.held is None
    assert not decision.undecided
    assert guard.asked == [("one", "what?"), ("two", "what?")]


async def test_the_first_that_must_not_pass_is_the_last_that_is_judged() -> None:
    guard = Guarded("one")
    decision = await judged(guard, ["one", "bad", "never asked"])
    assert decision.held is not None
    assert [output for output, _ in guard.asked] == ["one", "bad"]


async def test_a_text_without_a_verdict_makes_the_decision_undecided() -> None:
    decision = await judged(Guarded(), [""])
    assert decision.undecided
    assert decision.held is not None


def test_a_decision_on_nothing_lets_it_pass() -> None:
    assert Decision().held is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.none() | st.lists(JSON), st.none() | st.lists(JSON))
def test_whatever_is_handed_over_answers_are_texts(texts: Any, calls: Any) -> None:
    assert all(isinstance(text, str) for text in answers(texts, calls))


@given(st.none() | st.lists(JSON), JSON)
def test_whatever_is_handed_over_at_most_one_message_is_judged(texts: Any, messages: Any) -> None:
    assert len(message_in(texts, messages)) <= 1


def test_the_client_is_told_what_a_check_found_and_the_id_of_the_verdict() -> None:
    assert told(verdict(allowed=False, passed=False)) == "why (verdict 01)"


def test_the_client_is_not_told_why_there_is_no_verdict() -> None:
    assert told(verdict(allowed=False, passed=None)) == "there is no verdict on it (verdict 01)"


def test_what_a_call_asked_is_there_when_its_answer_comes() -> None:
    questions = Questions()
    questions.keep("a", "first?")
    questions.keep("b", "second?")
    questions.keep("a", "changed?")
    questions.keep("c", None)
    assert [questions.of(name) for name in "abcd"] == ["changed?", "second?", None, None]


def test_without_an_id_nothing_is_remembered() -> None:
    questions = Questions()
    questions.keep("", "whose?")
    assert questions.of("") is None


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.text(max_size=400))))
def test_what_is_remembered_has_an_end_and_is_the_newest(kept: list[tuple[str, str]]) -> None:
    questions = Questions(most=1000)
    for name, text in kept:
        questions.keep(name, text)
        assert questions.of(name) == text
        assert sum(len(questions.of(name) or "") + 200 for name in "abcdefgh" if questions.of(name) is not None) <= 1000
