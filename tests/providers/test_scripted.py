from __future__ import annotations

from typing import Any

import pytest

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Labels, Request
from synterm.providers.scripted import ScriptedProvider

CHAT = (
    Message(role="system", content="You route. Mention Paris never."),
    Message(role="user", content="Book a room"),
    Message(role="assistant", content="schedule"),
    Message(role="user", content="What is the capital of PERU?"),
)


async def ask(params: dict[str, Any], messages: tuple[Message, ...] = CHAT, **rest: Any) -> Completion:
    spec = ModelSpec(name="s", model=rest.pop("model", "scripted/rules"))
    on_text = rest.pop("on_text", None)
    return await ScriptedProvider().complete(Request(spec, messages, params, **rest), on_text)


async def test_the_first_rule_that_matches_answers():
    rules = [
        {"match": "lima", "answer": "no"},
        {"match": "peru", "answer": "first"},
        {"match": "peru", "answer": "second"},
    ]
    answer = await ask({"rules": rules})
    assert (answer.outcome, answer.text, answer.cost_usd) == (Outcome.COMPLETE, "first", 0.0)
    assert answer.usage.prompt is None


async def test_the_default_answers_when_no_rule_matches():
    assert (await ask({"rules": [{"match": "lima", "answer": "no"}], "default": "clarify"})).text == "clarify"


@pytest.mark.parametrize(
    ("where", "match", "found"),
    [
        ("user", "peru", True),
        ("user", "book a room", False),
        ("user", "paris", False),
        ("system", "paris", True),
        ("system", "peru", False),
        ("any", "paris", True),
        ("any", "book", True),
        ("any", "SCHEDULE", True),
    ],
)
async def test_a_rule_looks_where_it_says(where: str, match: str, found: bool):
    answer = await ask({"rules": [{"match": match, "in": where, "answer": "yes"}], "default": "no"})
    assert answer.text == ("yes" if found else "no")


@pytest.mark.parametrize("outcome", list(Outcome))
async def test_a_rule_can_end_in_any_outcome(outcome: Outcome):
    answer = await ask({"rules": [{"match": "peru", "answer": "words", "outcome": outcome.value}]})
    assert answer.outcome is outcome
    assert (answer.text or answer.error) == "words"


async def test_no_text_is_an_empty_answer():
    assert (await ask({})).outcome is Outcome.EMPTY


async def test_a_constraint_does_not_bend_the_answer():
    answer = await ask({"default": "no label"}, constraint=Labels(("a", "b")))
    assert answer.text == "no label"


async def test_the_text_streams_word_by_word_and_joins_to_the_answer():
    pieces: list[str] = []
    answer = await ask({"default": "one two  three"}, on_text=pieces.append)
    assert pieces == ["one", " two", " ", " three"]
    assert "".join(pieces) == answer.text


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"rules": "peru"}, "params.rules"),
        ({"rules": [{"answer": "x"}]}, "params.rules.0.match"),
        ({"rules": [{"match": "x", "in": "assistant"}]}, "params.rules.0.in"),
        ({"rules": [{"match": "x", "outcome": "fine"}]}, "params.rules.0.outcome"),
        ({"rules": [{"match": "x", "delay_ms": -1}]}, "params.rules.0.delay_ms"),
        ({"rule": []}, "params.rule"),
    ],
)
async def test_a_bad_rule_names_its_field(params: dict[str, Any], field: str):
    answer = await ask(params)
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert (answer.error or "").startswith(f"{field}: ")
    assert answer.hint


async def test_another_scripted_model_is_unknown():
    assert "scripted/other" in ((await ask({}, model="scripted/other")).error or "")
