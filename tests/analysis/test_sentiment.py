"""How glad a text sounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # pyright: ignore[reportMissingTypeStubs]

from synterm.analysis.sentiment import MAX_CHARACTERS, _pieces, sentiment


def test_short_texts_are_judged_as_the_library_judges_them() -> None:
    for text in ("I love this!", "I hate it, it is awful.", "The table is brown."):
        compound = SentimentIntensityAnalyzer().polarity_scores(text)["compound"]
        assert sentiment(text) == (compound + 1) / 2


def test_a_long_text_counts_as_the_mean_of_its_sentences() -> None:
    glad, angry = "This is wonderful, thank you so much! " * 20, "This is terrible and I hate it. " * 20
    assert sentiment(angry) < 0.3 < 0.7 < sentiment(glad)
    assert sentiment(angry) < sentiment(glad + angry) < sentiment(glad)
    assert sentiment("") == sentiment("   ") == 0.5


@given(st.text(alphabet=st.sampled_from("ab .!?\n😀"), max_size=2000))
def test_no_letter_gets_lost_between_pieces_and_none_is_long(text: str) -> None:
    pieces = list(_pieces(text))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= 240 for piece in pieces)


@given(st.text(max_size=300))
def test_it_is_always_from_0_to_1(text: str) -> None:
    assert 0 <= sentiment(text) <= 1


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    text = "good " * (MAX_CHARACTERS // 5)
    assert sentiment(text + "bad " * 250_000) == sentiment(text)
