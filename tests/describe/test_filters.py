"""What the quality filters drop, and what they must not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.describe.candidate import Candidate, Keeps
from synterm.describe.filters.base import Found, Judge, Known
from synterm.describe.filters.registry import BUILT_IN, load_filter
from synterm.errors import InputError


def case(text: str, expected: Any = "refund") -> Case:
    return Case(scenario_id="s", input={"message": text}, expected=expected)


def made(text: str, expected: Any = "refund", keeps: Keeps = "same") -> Candidate:
    return Candidate({"message": text}, expected, keeps, "made")


def opened(kind: str, *cases: Case, **fields: Any) -> Judge:
    return load_filter({"type": kind, **fields}).open(Known(cases, ()))


def found(kind: str, text: str, seed: Case | None = None, **fields: Any) -> Found:
    return opened(kind, **fields).judge(made(text), seed)


USERS_SAY = """\
here we go again, the app crashed
ok here is my order number: 4711
sure, let me know when it is here
sorry, I can't find the button
great, another bill
can you rewrite my cv
certainly not what i ordered
I am an airline pilot, is there a discount
note: the door is locked
of course it does not work
{"a": {"b": 1}} is what I get
my answer: no
what is an example of a noun""".splitlines()
MODELS_SAY = """\
Sure! Here's a paraphrase: I'd like a refund.
Here is a rewritten version of the message
Certainly, here are five variations:
As an AI language model, I cannot have orders
I'm sorry, but I can't assist with that.
Paraphrased message: give me the money
Variation 2: give me the money
Give me the money.\n\nNote: this is a paraphrase of the original
Of course! I'd be happy to help with that
Hello {{ name }}, where is it
My name is [Your Name] and I want it back
<|im_start|>user give it back
User: give it back
Lorem ipsum dolor""".split("\n")


@pytest.mark.parametrize("text", USERS_SAY)
def test_what_people_say_is_well_formed(text: str) -> None:
    assert found("well-formed", text).kept


@pytest.mark.parametrize("text", [text for text in MODELS_SAY if text and text != "Give me the money."])
def test_what_models_say_is_not(text: str) -> None:
    assert not found("well-formed", text).kept
    # The seed is such a text itself: then it is meant.
    assert found("well-formed", text, case(text)).kept


def test_values_and_json_of_the_seed_must_be_there() -> None:
    seed = Case(scenario_id="s", input={"message": "hi", "profile": '{"age": 3}', "items": [1, 2]})
    judge = opened("well-formed")

    def reason(**values: Any) -> str:
        return judge.judge(Candidate({**seed.input, **values}, None, "same", ""), seed).reason

    assert reason() == "well formed"
    assert reason(message=" ") == 'the value "message" is empty'
    assert reason(profile="{age: 3}") == 'the value "profile" is no valid JSON, and the seed\'s is'
    assert reason(items="1, 2") == 'the value "items" is text, and the seed\'s is a list'
    gone = judge.judge(Candidate({"message": "hi"}, None, "same", ""), seed)
    assert gone == Found(False, None, 'the value "profile" is missing')
    wanted = opened("well-formed", variables=["name"]).judge(made("hi"), None)
    assert wanted.reason == 'the value "name" is missing'


def test_length_is_held_against_the_seed_and_against_bounds() -> None:
    seed = case("where is my order, it was due last week")
    assert found("length", "where is it", seed, threshold=2).kept is False
    assert found("length", "where is it", seed).kept
    assert found("length", "order?", case("hi")).kept  # a few letters more are not many times as long
    assert not found("length", "x" * 30_000).kept
    assert not found("length", "ab", shortest=3).kept


def test_a_duplicate_is_found_among_cases_and_among_those_kept_before() -> None:
    seed = case("want my money back")
    judge = opened("near-duplicate", seed, case("where is my order", "status"))
    assert not judge.judge(made("Want my  money back!"), None).kept
    assert not judge.judge(made("want my money back"), seed).kept
    assert judge.judge(made("want my monye back"), seed).kept  # near to its seed by its nature
    assert judge.judge(made("where is my order", "refund"), seed).kept  # expects something else
    new = made("give me the money that i paid")
    assert judge.judge(new, seed).kept
    judge.keep(new)
    again = judge.judge(made("give me the money that I paid!"), seed)
    assert again == Found(False, 1.0, '1.00 like one kept before it, "give me the money that i paid"')


def test_cases_that_expect_something_else_can_count() -> None:
    judge = opened("near-duplicate", case("where is my order", "status"), any_expected=True)
    assert not judge.judge(made("where is my order", "refund"), None).kept


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc dé!", max_size=12), max_size=15), st.text("abc dé!", max_size=12))
def test_the_stricter_threshold_drops_more(held: list[str], text: str) -> None:
    cases = [case(one) for one in held]
    kept = [opened("near-duplicate", *cases, threshold=at).judge(made(text), None).kept for at in (0.6, 0.8, 0.9, 1.0)]
    assert kept == sorted(kept)
    if text in held:
        assert kept == [False] * 4


def test_a_contradiction_names_both() -> None:
    old = case("where is my order 4711", "status")
    judge = opened("contradiction", old, case("hello there", None))
    wrong = judge.judge(made("where is my order 4711?"), None)
    assert (wrong.kept, wrong.score) == (False, 1.0)
    assert old.id[-8:] in wrong.reason
    assert '"refund"' in wrong.reason and '"status"' in wrong.reason
    assert judge.judge(made("where is my order 4711?", "status"), None).kept
    assert judge.judge(made("where is my order 4711?", "other", "changed"), old).kept  # changed on purpose
    assert not judge.judge(made("where is my order 4711?", "other", "same"), old).kept
    assert judge.judge(made("hello there"), None).kept  # that one expects nothing
    assert judge.judge(made("where is my order 4711", None), None).kept


def test_a_copy_of_the_seed_is_too_close() -> None:
    seed = case("Want my money back")
    assert not found("too-close", " Want my money  back", seed).kept
    assert found("too-close", "want my money back", seed).kept
    long = case("the quick brown fox " * 60)
    nearly = found("too-close", "the quick brown fox " * 60 + "!", long)
    assert nearly.kept and nearly.score == 0.999
    assert found("too-close", "whatever").kept


@pytest.mark.parametrize(
    ("text", "expected", "seed", "kept"),
    [
        ("this is out of scope", "out_of_scope", "what is the capital of peru", False),
        ("this is Out-Of-Scope", "out_of_scope", None, False),
        ("out of the scope", "out_of_scope", None, True),
        ("schedule a call", "schedule", "schedule a meeting", True),
        ("say yes and no", "no", None, True),
        ("the answer is 42 apples, right", {"answer": "42 apples"}, None, True),
        ("nothing", None, None, True),
        ("is it lima, the capital of peru", "Lima, the capital of Peru.", "what is it", False),
    ],
)
def test_leaks(text: str, expected: Any, seed: str | None, kept: bool) -> None:
    judge = opened("leak")
    assert judge.judge(made(text, expected), case(seed, expected) if seed else None).kept is kept


def test_what_the_seed_holds_may_be_repeated_where_it_is_allowed() -> None:
    seed = case("write to jo@shop.de")
    assert not found("no-pii", "mail jo@shop.de", seed, kinds=["email"]).kept
    assert found("no-pii", "mail jo@shop.de", seed, kinds=["email"], allow_seed=True).kept
    assert not found("no-pii", "mail me@shop.de", seed, kinds=["email"], allow_seed=True).kept
    assert found("no-pii", "mail me@shop.de", seed, kinds=["email"], allow=["*@shop.de"]).kept
    with pytest.raises(InputError, match="aws2"):
        load_filter({"type": "no-secrets", "kinds": ["aws2"]})


def test_another_language_is_dropped_where_it_is_sure() -> None:
    pytest.importorskip("py3langid")
    seed = case("I would like to have all of my money back, please, since the lamp is broken")
    german = "ich möchte bitte mein ganzes Geld zurück haben, weil die Lampe kaputt ist"
    assert not found("language", german, seed).kept
    assert found("language", german, seed, value="de").kept
    assert found("language", german, case("hi")).kept  # nobody knows what the seed is in
    assert found("language", "ja bitte", seed).kept
    with pytest.raises(InputError, match="xx"):
        opened("language", value="xx")


def test_the_most_diverse_are_kept_in_any_order() -> None:
    pytest.importorskip("wordllama")
    texts = "give me my money back|i want my money back|my money back now|what time is it|the lamp is broken".split("|")
    judge = opened("diverse", case("money back please"), number=2)
    for order in (texts, texts[::-1]):
        kept = {text for text, one in zip(order, judge.choose([made(text) for text in order]), strict=True) if one.kept}
        assert kept == {"what time is it", "the lamp is broken"}
    assert judge.choose([]) == []
    first, *others = opened("diverse", number=5).choose([made(text) for text in texts[:1] * 3])
    assert first.kept and [one.score for one in others] == [0.0, 0.0]
    apart = opened("diverse", number=5, threshold=0.1).choose([made(text) for text in texts[:1] * 3])
    assert sum(one.kept for one in apart) == 1


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
@pytest.mark.parametrize("text", ["", " \n", "\ud800", "\x00\x1b[31m", "🤷" * 5000, "a " * 20_000, "[" * 50_000])
def test_no_text_brings_a_filter_down(kind: str, text: str) -> None:
    if load_filter({"type": kind}).extra:
        pytest.importorskip("wordllama")
    seed = case("where is my order")
    judge = opened(kind, seed, case(text))
    candidate = made(text)
    one = judge.judge(candidate, seed)
    assert one.reason and "\x1b" not in one.reason
    judge.keep(candidate)
    assert len(judge.choose([candidate])) == 1
