"""A very small model is held to the words of the request: whatever it writes, nothing is invented or lost."""

from __future__ import annotations

import json
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.request import JsonSchema
from synterm.describe.generators.base import Asker, Question, Surroundings
from synterm.describe.generators.registry import load_generator
from synterm.errors import InputError

AROUND = Surroundings("", "", "", "", labels=[], variables=["message"], small=True)
REQUESTS = [
    "can you set up a meeting with bob tomorrow at 3pm?",
    "where is my parcel no. 5521 now",
    "I was out sick on monday. Could you give me the decisions (all of them)? Bullets are fine.",
    "why was my card declined yesterday",
    "i need to submit a request for june 12th",
    "Is room B+ free on thursday?",
]
SMALL = [
    {"type": "paraphrase"},
    {"type": "elaborate"},
    {"type": "vary", "tone": "polite"},
    {"type": "vary", "tone": "angry"},
    {"type": "vary", "style": "casual chat"},
    {"type": "contradict"},
]
TELLING = ("bob", "3pm", "5521", "parcel", "decisions", "(all", "card", "yesterday", "12th", "submit", "B+", "thursday")


def case(text: str) -> Case:
    return Case(id="01", scenario_id="s", input={"message": text}, expected="x")


def asked(config: dict[str, str], text: str, random: int = 1) -> tuple[Asker, Question]:
    asker = load_generator(dict(config))
    assert isinstance(asker, Asker)
    return asker, asker.ask(case(text), AROUND, 1, Random(random))


def pattern_of(question: Question) -> str:
    assert isinstance(question.constraint, JsonSchema)
    return str(question.constraint.schema["pattern"])


@pytest.mark.parametrize("config", SMALL, ids=lambda config: "-".join(config.values()))
@settings(max_examples=30, deadline=None)
@given(data=st.data(), text=st.sampled_from(REQUESTS), random=st.integers(0, 99))
def test_whatever_it_may_write_has_the_words_of_the_request(
    config: dict[str, str], data: st.DataObject, text: str, random: int
) -> None:
    asker, question = asked(config, text, random)
    written = data.draw(st.from_regex(re.compile(pattern_of(question), re.ASCII), fullmatch=True)).strip()
    [candidate] = asker.read(Completion(Outcome.COMPLETE, json.dumps(written)), case(text), AROUND)
    new = candidate.input["message"]
    assert new != text
    for word in TELLING:
        assert (word in new) == (word in text)


@settings(max_examples=30, deadline=None)
@given(data=st.data(), text=st.sampled_from([REQUESTS[0], REQUESTS[3], "please book the room for the team at 9"]))
def test_what_is_said_in_few_words_has_no_others(data: st.DataObject, text: str) -> None:
    asker, question = asked({"type": "terse"}, text)
    written = data.draw(st.from_regex(re.compile(pattern_of(question), re.ASCII), fullmatch=True))
    [candidate] = asker.read(Completion(Outcome.COMPLETE, json.dumps(written)), case(text), AROUND)
    words = candidate.input["message"].split()
    assert set(words) <= set(text.split())
    assert len(words) <= len(text.split())


@pytest.mark.parametrize(
    "text", ["wifi down", "I was out sick on monday.", "", 'say "no" to all of them', "hm? no. ok."]
)
def test_what_it_can_not_reword_is_refused_in_words(text: str) -> None:
    with pytest.raises((ValueError, InputError), match=r"small|text"):
        asked({"type": "paraphrase"}, text)


@given(st.text(max_size=80))
@settings(deadline=None)
def test_any_text_is_asked_or_refused(text: str) -> None:
    for config in SMALL:
        try:
            _, question = asked(config, text)
        except ValueError as error:
            assert str(error)
        else:
            re.compile(pattern_of(question))
