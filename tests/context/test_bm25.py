"""The inverted index gives what the formula says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.context.bm25 import K1, MOST_TERMS, B, Bm25
from synterm.context.fusion import fuse
from synterm.context.terms import terms_of

WORDS = "a a a a a a a a b b b b c c d e f g h i j".split()
texts = st.lists(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join), max_size=60)
queries = st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=12).map(" ".join)


def by_the_formula(texts: Sequence[str], query: str, most: int) -> list[tuple[int, float]]:
    """Okapi BM25, term by term and chunk by chunk."""
    chunks = [Counter(text.split()) for text in texts]
    mean = sum(chunk.total() for chunk in chunks) / len(chunks) if chunks else 0
    scores: dict[int, float] = {}
    for number, chunk in enumerate(chunks):
        for term in query.split():
            if chunk[term]:
                holding = sum(term in other for other in chunks)
                idf = log(1 + (len(chunks) - holding + 0.5) / (holding + 0.5))
                long = 1 - B + B * chunk.total() / mean
                part = idf * chunk[term] * (K1 + 1) / (chunk[term] + K1 * long)
                scores[number] = scores.get(number, 0.0) + part
    return sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:most]


@given(texts, queries, st.integers(1, 8))
def test_scores_are_those_of_the_formula(texts: list[str], query: str, most: int) -> None:
    found, wanted = Bm25(texts).rank(query, most), by_the_formula(texts, query, most)
    assert [score for _, score in found] == pytest.approx([score for _, score in wanted])
    every = dict(by_the_formula(texts, query, len(texts)))
    assert all(every[number] == pytest.approx(score) for number, score in found)
    assert found == Bm25(texts).rank(query, most), "the same again"


def test_of_equal_chunks_the_first_comes_first() -> None:
    assert [number for number, _ in Bm25(["a b", "a b", "c", "a b"]).rank("b", 2)] == [0, 1]


def test_what_shares_no_word_is_not_found() -> None:
    assert Bm25(["some words"]).rank("others", 5) == ()
    assert Bm25([]).rank("others", 5) == ()
    assert Bm25(["", "..."]).rank("", 5) == ()


def test_of_a_query_with_more_words_the_rarest_count() -> None:
    words = [f"w{number}" for number in range(MOST_TERMS)]
    bm25 = Bm25(["usual", "usual", *words])
    found = dict(bm25.rank(f"usual {' '.join(words)}", MOST_TERMS + 2))
    assert found.keys() == set(range(2, MOST_TERMS + 2))


def test_terms_are_words_of_any_script() -> None:
    assert terms_of("Don't PANIC, it's 42_000!") == ["don", "t", "panic", "it", "s", "42", "000"]
    assert terms_of("Stra\u00dfe cafe\u0301") == ["strasse", "café"]
    assert terms_of("हिन्दी में") == ["हिन्दी", "में"]
    assert terms_of("東京 is 首都") == ["東", "京", "is", "首", "都"]
    assert [len(term) for term in terms_of("x" * 1_000_000)] == [64]


def test_ranks_are_fused_by_hand_worked_values() -> None:
    first, second = ((7, 9.0), (3, 5.0), (1, 1.0)), ((3, 0.9), (8, 0.5))
    assert fuse((first, second), 3) == (
        (3, pytest.approx(1 / 62 + 1 / 61)),
        (7, pytest.approx(1 / 61)),
        (8, pytest.approx(1 / 62)),
    )
    assert fuse((((5, 1.0),), ((2, 1.0),)), 2) == ((2, 1 / 61), (5, 1 / 61)), "of equal ones the lower number"
