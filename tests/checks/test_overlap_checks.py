"""Checks that count words and letters, against values worked out by hand and slow counts that are plainly right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]
WORDS = st.lists(st.sampled_from("a b c d e".split()), min_size=1, max_size=8).map(" ".join)


@pytest.mark.parametrize(
    ("config", "text", "expected", "score"),
    [
        # Lin 2004: 5 of the 6 words; of the bigrams the-cat, the-cat … only what both have, as often as both have it.
        ({"type": "rouge-n"}, "the cat is on the mat", "the cat sat on the mat", 5 / 6),
        ({"type": "rouge-n", "n": 2}, "the cat is on the mat", "the cat sat on the mat", 3 / 5),
        ({"type": "rouge-n"}, "the the the the", "the cat", 1 / 2),
        ({"type": "rouge-n", "measure": "precision"}, "the the the the", "the cat", 1 / 4),
        ({"type": "rouge-n", "measure": "f1"}, "the the the the", "the cat", 2 * (1 / 4) * (1 / 2) / (1 / 4 + 1 / 2)),
        ({"type": "rouge-n"}, "Yes, SIR!", "yes sir", 1),
        ({"type": "rouge-n"}, "no", ["yes", "no"], 1),
        ({"type": "rouge-n"}, "今日は晴れ", "明日は晴れ", 4 / 5),
        ({"type": "rouge-n"}, "?!", "yes", 0),
        # Papineni 2002, example 2: "the" counts as often as one of the references has it.
        ({"type": "bleu"}, "the the the the the the the", "the cat is on the mat", (2 / 7 * 1e-21) ** 0.25),
        ({"type": "bleu"}, "yes", "Yes!", 1),
        ({"type": "bleu"}, "the cat sat", "the cat sat on the mat", math.exp(1 - 6 / 3)),
        ({"type": "bleu"}, "the cat sat on", "the cat sat on", 1),
        ({"type": "bleu"}, "a b c d x", "a b c d e", (4 / 5 * 3 / 4 * 2 / 3 * 1 / 2) ** 0.25),
        ({"type": "bleu"}, "no", "yes", 0),
        ({"type": "gleu"}, "the cat", "the cat sat", 3 / 6),
        ({"type": "gleu"}, "the cat sat", "the cat", 3 / 6),
        ({"type": "gleu"}, "the cat sat", ["dogs", "the cat sat"], 1),
        ({"type": "gleu"}, "no", "yes", 0),
        ({"type": "levenshtein"}, "kitten", "sitting", 1 - 3 / 7),
        ({"type": "levenshtein"}, "", "abc", 0),
        ({"type": "levenshtein"}, "flaw", ["abc", "lawn"], 1 / 2),
        ({"type": "levenshtein", "value": "Straße"}, "Strasse", None, 1 - 2 / 7),
        ({"type": "word-count", "value": 3}, "one two  three\n", None, 1),
        ({"type": "word-count", "value": "4"}, "one two three", None, 3 / 4),
        ({"type": "word-count", "value": {"min": 2, "max": 3}}, "one two three four", None, 3 / 4),
        ({"type": "word-count", "value": {"max": 3}}, "", None, 1),
        ({"type": "word-count", "value": {"min": 3}}, "", None, 0),
        ({"type": "brevity", "target": 2}, "one two three four", None, 1 / 2),
        ({"type": "brevity", "target": 10, "unit": "characters"}, "0123456789", None, 1),
        ({"type": "brevity", "target": 8, "unit": "characters"}, "0123456789", None, 0.8),
        ({"type": "brevity", "ratio": 1.5}, "one two three four five six", "one two", 1 / 2),
        ({"type": "brevity", "target": 2, "unit": "tokens"}, "hello world hello world", None, 1 / 2),
        ({"type": "brevity", "target": 1}, "", None, 1),
    ],
)
def test_scores_are_those_worked_out_by_hand(ask: Ask, config: dict[str, Any], text: str, expected: Any, score: float):
    result = ask(config, text, expected)
    assert result.score == pytest.approx(score, rel=1e-6, abs=1e-9), result.reason
    assert ask({**config, "type": f"not-{config['type']}"}, text, expected).score == pytest.approx(1 - score, abs=1e-9)


# Flesch 1948 and Kincaid 1975 on texts whose words, sentences and syllables are counted by eye.
@pytest.mark.parametrize(
    ("text", "words", "sentences", "syllables"),
    [
        ("The cat sat on the mat.", 6, 1, 6),
        ("We made a simple table. It smiles!", 7, 2, 9),
        ("Jumped, walked and wanted: boxes, wishes, makes", 7, 1, 10),
        ("Fine\n- first point\n- second point", 5, 3, 6),
    ],
)
def test_readability_is_by_the_published_formulas(ask: Ask, text: str, words: int, sentences: int, syllables: int):
    ease = 206.835 - 1.015 * words / sentences - 84.6 * syllables / words
    grade = 0.39 * words / sentences + 11.8 * syllables / words - 15.59
    assert ask({"type": "readability", "min": -1000}, text).reason == f"reading ease {ease:.1f}"
    assert ask({"type": "readability", "measure": "grade", "max": 1000}, text).reason == f"grade {grade:.1f}"
    low = ask({"type": "readability", "min": ease + 10}, text)
    assert (low.passed, low.score) == (False, pytest.approx(0.8))
    high = ask({"type": "readability", "measure": "grade", "max": grade - 1}, text)
    assert (high.passed, high.score) == (False, pytest.approx(0.9))


def test_readability_says_what_it_can_not_read(ask: Ask):
    assert ask({"type": "readability", "min": 50}, "123 !").reason == "the answer has no words"
    assert "not in Latin letters" in (ask({"type": "readability", "min": 50}, "Это простой текст").error or "")
    assert "not in Latin letters" in (ask({"type": "readability", "min": 50}, "Это простой текст, ok").error or "")


def test_a_threshold_decides_and_is_told(ask: Ask):
    config = {"type": "rouge-n", "value": "one two three four"}
    assert ask(config, "one two three").passed is True
    assert ask({**config, "threshold": 0.76}, "one two three").reason == "ROUGE 0.75, below 0.76"
    assert ask({"type": "levenshtein", "value": "abcdef"}, "").reason == "6 characters differ, over 5"
    assert ask({"type": "levenshtein", "value": "abc", "threshold": 0}, "abd").reason == "1 character differs, over 0"


@pytest.mark.parametrize("kind", ["rouge-n", "bleu", "gleu", "levenshtein"])
@pytest.mark.parametrize("expected", [None, "", math.nan, {"a": 1}, [], [None], ["yes", ""], [math.nan]])
def test_without_a_text_to_compare_with_there_is_no_verdict(ask: Ask, kind: str, expected: Any):
    for named in (kind, f"not-{kind}"):
        result = ask({"type": named}, "yes", expected)
        assert (result.passed, result.score) == (None, None)
        assert "the check has no value" in (result.error or "")


@pytest.mark.parametrize("kind", ["contains", "icontains-any", "equals", "starts-with"])
def test_what_is_no_number_is_nothing_to_look_for(ask: Ask, kind: str):
    assert ask({"type": kind}, "nan null", math.nan).passed is None


@pytest.mark.parametrize("kind", ["rouge-n", "bleu", "gleu"])
def test_a_text_without_words_is_nothing_to_compare_with(ask: Ask, kind: str):
    assert ask({"type": kind}, "yes", "…").error == "a text to compare with has no words"


def test_runs_longer_than_the_expected_text_are_not_judged(ask: Ask):
    assert ask({"type": "rouge-n", "n": 3}, "a b c", "a b").error == "a text to compare with has fewer than 3 words"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"type": "rouge-n", "threshold": 1.5}, "threshold: must be at most 1"),
        ({"type": "bleu", "threshold": -0.1}, "threshold: must be at least 0"),
        ({"type": "gleu", "threshold": math.nan}, "threshold: must be a finite number"),
        ({"type": "brevity", "target": 5, "threshold": 2}, "threshold: must be at most 1"),
        ({"type": "tool-call-f1", "value": "a", "threshold": 50}, "threshold: must be at most 1"),
        ({"type": "levenshtein", "threshold": -1}, "threshold: must be at least 0"),
        ({"type": "levenshtein", "threshold": 0.5}, "threshold: must be a whole number"),
        ({"type": "rouge-n", "n": 0}, "n: must be at least 1"),
        ({"type": "rouge-n", "value": ""}, "value: must hold texts that are not empty"),
        ({"type": "word-count"}, "value: is missing"),
        ({"type": "word-count", "value": {}}, "value: needs min, max or both"),
        ({"type": "word-count", "value": {"min": 3, "max": 2}}, "value: min is 3, over max, which is 2"),
        ({"type": "word-count", "value": 1.5}, "value.min: must be a whole number"),
        ({"type": "word-count", "value": -1}, "value.min: must be at least 0"),
        ({"type": "brevity"}, "needs target or ratio, and not both"),
        ({"type": "brevity", "target": 3, "ratio": 1}, "needs target or ratio, and not both"),
        ({"type": "brevity", "target": 0}, "target: must be over 0"),
        ({"type": "brevity", "target": 5, "unit": "pages"}, "unit: must be 'words', 'characters' or 'tokens'"),
        ({"type": "readability"}, "needs min, max or both"),
        ({"type": "readability", "min": 60, "max": 50}, "min is 60, over max, which is 50"),
    ],
)
def test_fields_that_make_no_sense_are_refused_by_name(config: dict[str, Any], message: str):
    with pytest.raises(InputError) as error:
        load_check(config)
    assert message in error.value.message


def slow_distance(one: str, other: str) -> int:
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        before, row[0] = row[0], at
        for place, wanted in enumerate(other, start=1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != wanted))
    return row[-1]


def slow_grams(text: str, lengths: range) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[at : at + size]) for size in lengths for at in range(len(words) - size + 1))


@given(st.text(max_size=12), st.text(min_size=1, max_size=12).filter(str.strip))
def test_the_distance_is_that_of_the_plain_algorithm(ask: Ask, one: str, other: str):
    distance = slow_distance(one, other)
    result = ask(
        {"type": "levenshtein", "value": other.encode("utf-8", "replace").decode(), "threshold": distance}, one
    )
    assert result.passed is True
    if distance:
        assert ask({"type": "levenshtein", "value": other, "threshold": distance - 1}, one).passed is False


@given(WORDS, WORDS)
def test_gleu_and_rouge_are_what_plain_counting_says(ask: Ask, text: str, expected: str):
    common = slow_grams(text, range(1, 5)) & slow_grams(expected, range(1, 5))
    most = max(slow_grams(text, range(1, 5)).total(), slow_grams(expected, range(1, 5)).total())
    assert ask({"type": "gleu"}, text, expected).score == pytest.approx(common.total() / most)
    single = slow_grams(text, range(1, 2)) & slow_grams(expected, range(1, 2))
    assert ask({"type": "rouge-n"}, text, expected).score == pytest.approx(single.total() / len(expected.split()))


@given(WORDS, WORDS)
def test_overlap_is_whole_with_itself_and_never_out_of_bounds(ask: Ask, text: str, expected: str):
    for kind in ("bleu", "gleu", "rouge-n"):
        assert ask({"type": kind}, text, text).score == pytest.approx(1)
        assert 0 <= (ask({"type": kind}, text, expected).score or 0) <= 1
