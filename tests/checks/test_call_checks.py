"""Checks on the tools that a model calls, on refusals and on why an answer ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synterm.checks.base import Answer
from synterm.checks.called import Called, calls_in
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]
BOOK = '[{"name": "book", "arguments": {"room": "A1", "hours": 2}}]'
TWO = '{"content": "Wait.", "tool_calls": [{"name": "find", "arguments": {}}, {"name": "book", "arguments": {}}]}'
TOOL = {
    "type": "function",
    "function": {
        "name": "book",
        "parameters": {
            "type": "object",
            "properties": {"room": {"type": "string"}, "hours": {"type": "integer"}},
            "required": ["room"],
        },
    },
}


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        (BOOK, [Called("book", {"room": "A1", "hours": 2})]),
        (TWO, [Called("find", {}), Called("book", {})]),
        ('```json\n{"name": "book", "parameters": {"a": 1}}\n```', [Called("book", {"a": 1})]),
        ('[{"type": "tool_use", "id": "x", "name": "book", "input": {}}]', [Called("book", {})]),
        ('{"tool_calls": [{"function": {"name": "book", "arguments": "{\\"a\\": 1}"}}]}', [Called("book", {"a": 1})]),
        ('[{"name": "book", "arguments": "a=1"}]', [Called("book", "a=1")]),
        ('[{"name": "Ines"}, 5, {"arguments": {}}]', []),
        ("I call book().", []),
        ("", []),
    ],
)
def test_calls_are_read_back_from_the_text(text: str, calls: list[Called]):
    assert calls_in(text) == calls


@pytest.mark.parametrize(
    ("config", "text", "score", "reason"),
    [
        ({"name": "book"}, BOOK, 1, "calls book"),
        ({"name": "book", "arguments": {"hours": 2.0}}, BOOK, 1, "calls book"),
        ({"name": "book", "arguments": {"hours": 3}}, BOOK, 1 / 2, "book: hours is 2, expected 3"),
        ({"name": "book", "arguments": {"hours": 3}, "tolerance": 1}, BOOK, 1, "calls book"),
        ({"name": "book", "arguments": {"floor": 1, "room": "A1"}}, BOOK, 2 / 3, "book: floor is missing"),
        ({"name": "book", "arguments": {"room": "A1"}, "exact": True}, BOOK, 2 / 3, "book: takes no hours"),
        ({"name": "find"}, BOOK, 0, "does not call find, but book"),
        ({"name": "find"}, "no", 0, "does not call find"),
        ({"name": "find"}, "", 0, "does not call find"),
        ({"name": "book", "only": True}, TWO, 1 / 2, "makes 1 call besides book"),
        ({"name": "book"}, '[{"name": "book", "arguments": "x"}]', 1 / 2, "book: the arguments are no JSON object"),
    ],
)
def test_a_call_is_judged_by_name_and_arguments(ask: Ask, config: dict[str, Any], text: str, score: float, reason: str):
    result = ask({"type": "tool-call", **config}, text)
    assert (result.score, result.passed, result.reason) == (pytest.approx(score), score == 1, reason)


@pytest.mark.parametrize(
    "expected",
    [
        "book",
        {"name": "book"},
        {"name": "book", "arguments": {"room": "A1"}},
        [{"name": "book", "arguments": {"room": "A1"}}],
        '{"name": "book", "arguments": {"room": "A1"}}',
    ],
)
def test_the_call_that_a_case_expects_is_looked_for(ask: Ask, expected: Any):
    assert ask({"type": "tool-call"}, BOOK, expected).passed is True
    assert ask({"type": "tool-call"}, TWO.replace("book", "drop"), expected).passed is False


@pytest.mark.parametrize(
    "expected", [None, "", 5, float("nan"), [], {"x": 1}, {"name": "book", "arguments": "x"}, "[]"]
)
def test_without_a_call_to_look_for_there_is_no_verdict(ask: Ask, expected: Any):
    for kind in ("tool-call", "not-tool-call"):
        result = ask({"type": kind}, BOOK, expected)
        assert result.passed is None
        assert "the case expects no call" in (result.error or "")


@pytest.mark.parametrize(
    ("value", "expected", "text", "score", "reason"),
    [
        ("find, book", None, TWO, 1, "F1 1.00"),
        (["book"], None, TWO, 2 / 3, 'F1 0.67, below 1; not expected: "find"'),
        (["book", "pay"], None, BOOK, 2 / 3, 'F1 0.67, below 1; not called: "pay"'),
        (["pay"], None, BOOK, 0, 'F1 0.00, below 1; not called: "pay"; not expected: "book"'),
        (None, ["find", "book"], TWO, 1, "F1 1.00"),
        (None, [{"name": "find", "arguments": {}}, {"name": "book"}], TWO, 1, "F1 1.00"),
        (None, "find,book", TWO, 1, "F1 1.00"),
        (["book"], None, "", 0, 'F1 0.00, below 1; not called: "book"'),
    ],
)
def test_the_tools_called_are_compared_as_a_set(
    ask: Ask, value: Any, expected: Any, text: str, score: float, reason: str
):
    result = ask({"type": "tool-call-f1", "value": value}, text, expected)
    assert (result.score, result.passed, result.reason) == (pytest.approx(score), score == 1, reason)
    assert ask({"type": "tool-call-f1", "value": value, "threshold": 0.6}, text, expected).passed is (score > 0.6)


def test_without_tools_to_expect_there_is_no_f1(ask: Ask):
    for expected in (None, [], [{"x": 1}], 5.5e400):
        assert ask({"type": "tool-call-f1"}, BOOK, expected).passed is None


def offered(text: str, given: Any, **config: Any) -> CheckResult:
    answer = Answer(Completion(Outcome.COMPLETE, text), Case(scenario_id="s", input={}), tools=given)
    return judge([load_check({"type": "is-valid-openai-tools-call", **config})], answer)[0][0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOOK, None),
        ('[{"name": "book", "arguments": {"hours": 2}}]', "book: $: 'room' is a required property"),
        ('[{"name": "book", "arguments": {"room": 5}}]', "book: $.room: 5 is not of type 'string'"),
        ('[{"name": "book", "arguments": "room A1"}]', "book: the arguments are no JSON object"),
        ('[{"name": "pay", "arguments": {}}]', "pay is not one of the tools: book"),
        (BOOK[:-1] + ', {"name": "pay", "arguments": {}}]', "pay is not one of the tools: book"),
        ("Booked!", "calls no tool"),
        ("", "calls no tool"),
    ],
)
def test_calls_must_fit_the_tools_that_were_offered(text: str, reason: str | None):
    for result in (offered(text, [TOOL]), offered(text, (), tools=[TOOL])):
        assert (result.passed, result.error) == (reason is None, None)
        assert result.reason == (reason or "calls book")


def test_without_tools_calls_are_not_judged():
    result = offered(BOOK, ())
    assert (result.passed, result.error) == (
        None,
        "no tools are known: neither the check nor the prompt's or model's parameters have them",
    )
    assert offered(BOOK, [{"type": "function"}]).error == "a tool has no function with a name"
    broken = {"type": "function", "function": {"name": "book", "parameters": {"type": 5}}}
    assert "the schema of book can't be used" in (offered(BOOK, [broken]).error or "")


def test_tools_of_a_check_are_looked_at_when_it_is_made():
    with pytest.raises(InputError, match="tools: not a JSON schema"):
        load_check(
            {
                "type": "is-valid-openai-tools-call",
                "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": 5}}}],
            }
        )


@pytest.mark.parametrize(
    ("value", "reason", "passed"),
    [
        ("stop", "stop", True),
        ("STOP", "stop", True),
        ("length", "stop", False),
        (["stop", "tool_calls"], "tool_calls", True),
        ("stop", None, None),
    ],
)
def test_the_reason_for_the_end_is_compared(ask: Ask, value: Any, reason: str | None, passed: bool | None):
    assert ask({"type": "finish-reason", "value": value}, "x", finish_reason=reason).passed is passed
    opposite = None if passed is None else not passed
    assert ask({"type": "not-finish-reason", "value": value}, "x", finish_reason=reason).passed is opposite


@pytest.mark.parametrize(
    ("value", "message"), [("stopp", "did you mean stop"), ([], "value: must hold"), (None, "value")]
)
def test_a_reason_that_no_provider_gives_is_refused(value: Any, message: str):
    with pytest.raises(InputError, match=message):
        load_check({"type": "finish-reason", "value": value})


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I can’t assist with that request.",
        "Unfortunately, I won't be able to help with that.",
        "I cannot, in good conscience, help you do this.",
        "We're unable to process this.",
        "As an AI language model, I cannot browse the web.",
        "I must respectfully decline.",
        "I refuse to answer.",
        "That is against my ethical guidelines.",
        "  \n ",
        "",
    ],
)
def test_refusals_are_known_by_their_words(ask: Ask, text: str):
    assert ask({"type": "is-refusal"}, text).passed is True
    assert ask({"type": "not-is-refusal"}, text).passed is False


@pytest.mark.parametrize(
    "text",
    [
        "Sure, I can help with that.",
        "I can't wait to help you!",
        "out of scope",
        "The price will decline, and you can refuse.",
        "If you can't provide a receipt, we refund half.",
        "This is beyond the scope of the chapter.",
        "x" * 1000 + " I can't help with that.",
    ],
)
def test_what_only_sounds_like_a_refusal_is_none(ask: Ask, text: str):
    assert ask({"type": "is-refusal"}, text).passed is False


def test_a_provider_and_own_phrases_can_say_that_it_refuses(ask: Ask):
    for outcome in (Outcome.REFUSED, Outcome.FILTERED):
        assert ask({"type": "is-refusal"}, "Hm.", outcome=outcome).passed is True
    own = {"type": "is-refusal", "phrases": ["kann ich NICHT helfen"]}
    assert ask(own, "Dabei kann ich nicht  helfen.").passed is True
