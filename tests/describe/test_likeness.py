"""How alike texts are, and that the index finds all that are alike."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synterm.describe.likeness import LONG, allowed, likeness, longest, units
from synterm.describe.near_texts import NearTexts
from synterm.describe.sieve import Sieve, near_rows
from synterm.describe.wording import normal

WORDS = "i want my money back please where is the order that you sent me last week cancel it now refund".split()
texts = st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
leasts = st.sampled_from([0.5, 0.7, 0.8, 0.9, 0.95, 1.0])


def sentences(count: int, seed: int = 1, words: int = 9) -> list[str]:
    dice = random.Random(seed)
    return [" ".join(dice.choices(WORDS, k=dice.randint(1, words))) for _ in range(count)]


@given(texts, texts)
def test_it_is_the_same_in_both_directions(one: str, other: str) -> None:
    a, b = units(one), units(other)
    assert likeness(a, b) == likeness(b, a)
    assert 0 <= likeness(a, b) <= 1
    assert likeness(a, a) == 1


@given(texts, texts, leasts)
def test_a_limit_changes_nothing_above_it(one: str, other: str, least: float) -> None:
    exact, limited = likeness(units(one), units(other)), likeness(units(one), units(other), least)
    assert limited == (exact if exact >= least else 0.0) or abs(exact - least) < 1e-9


@given(st.integers(0, 500), leasts, st.booleans())
def test_no_longer_text_is_so_alike(size: int, least: float, by_words: bool) -> None:
    most = longest(size, least, by_words=by_words)
    assert most >= size
    for longer in range(most + 1, most + 40):
        assert longer - size > allowed(size + longer, least, by_words=by_words)


def test_case_punctuation_and_spaces_do_not_count() -> None:
    assert likeness(units("Don't  panic!"), units("dont panic")) == 1
    assert normal("It is 1.5, not 15.") == "it is 1.5 not 15"
    assert normal("?!") == "?!"
    assert normal("ＡＢＣ １２") == "abc 12"


def test_one_letter_weighs_more_in_a_short_text() -> None:
    short = likeness(units("call mom"), units("call tom"))
    long = likeness(units("please call mom when you are home again"), units("please call tom when you are home again"))
    assert short < 0.75 < 0.9 < long


def test_long_texts_are_compared_by_words() -> None:
    one, other = " ".join(sentences(30, 1)), " ".join(sentences(30, 2))
    assert min(len(one), len(other)) > LONG
    assert likeness(units(one), units(other)) < 0.7
    assert 0.9 < likeness(units(one), units(one.replace("cancel", "send", 3))) < 1


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, max_size=40), texts, leasts)
def test_the_index_finds_just_what_comparing_with_each_finds(held: list[str], asked: str, least: float) -> None:
    index = NearTexts(least)
    for text in held:
        index.add(units(text))
    wanted = {at: likeness(units(asked), units(text)) for at, text in enumerate(held)}
    wanted = {at: found for at, found in wanted.items() if found >= least}
    assert {near.number: near.likeness for near in index.near(units(asked))} == wanted


@pytest.mark.parametrize("least", [0.6, 0.8, 0.9])
def test_with_many_texts_none_is_missed_either(least: float) -> None:
    held = [*sentences(700), *(" ".join(sentences(12, seed)) for seed in range(60)), "", "ⅷ äöü 東京", "a" * 3000]
    index = NearTexts(least)
    for text in held:
        index.add(units(text))
    ready = [units(text) for text in held]
    pairs = {(a, b) for a in range(len(held)) for b in range(a) if likeness(ready[a], ready[b], least)}
    found = {
        (max(one, other), min(one, other))
        for block in index.pairs()
        for one, other in zip(map(int, block.some), map(int, block.others), strict=True)
        if index.likeness(one, other)
    }
    assert found == pairs
    for at in range(0, len(held), 50):
        near = {near.number for near in index.near(ready[at])} - {at}
        assert near == {max(a, b) if min(a, b) == at else min(a, b) for a, b in pairs if at in (a, b)}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=2, max_size=20))
def test_bits_differ_in_no_more_places_than_letters_do(held: list[str]) -> None:
    from rapidfuzz.distance.Indel import distance

    bits = Sieve(held).bits(held)
    for at, text in enumerate(held):
        far = [distance(text, other) for other in held]
        for most in {0, 3, *far}:
            rows = {int(b) for _, columns in near_rows(bits[at : at + 1], bits, most) for b in columns}
            assert rows >= {other for other, found in enumerate(far) if found <= most}
