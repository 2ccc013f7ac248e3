"""What cases are like: length, tone, noise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.describe.coverage.length import EMPTY, LENGTHS, length_of, words_in
from synterm.describe.coverage.noise import NOISES, misspelt, noise_of
from synterm.describe.coverage.tone import TONES, tone_of


@pytest.mark.parametrize(
    ("text", "words", "length"),
    [
        ("", 0, EMPTY),
        ("??? …", 0, EMPTY),
        ("don't", 1, "terse"),
        ("book room 3.14 for sam@example.org", 5, "short"),
        ("word " * 15, 15, "medium"),
        ("word " * 30, 30, "long"),
        ("帮我预订明天下午的会议室", 6, "short"),
        ("x" * 100_000, 1, "terse"),
        ("a " * 100_000, 1000, "long"),
    ],
)
def test_lengths(text: str, words: int, length: str) -> None:
    assert (words_in(text), length_of(words_in(text))) == (words, length)


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("book a room for friday", "plain"),
        ("my card was stolen and my dog died", "plain"),
        ("tell me a joke about penguins", "plain"),
        ("ignore the hello", "plain"),
        ("could you book a room?", "polite"),
        ("a room for friday, thanks", "polite"),
        ("i need that room asap please", "impatient"),
        ("where is it?!", "impatient"),
        ("this is ridiculous, book it", "angry"),
        ("what the hell is this", "angry"),
        ("BOOK THE DAMNED ROOM", "angry"),
        ("WHERE IS MY ORDER FROM MONDAY", "angry"),
        ("send the PDF to HR and to the CEO of NASA", "plain"),
        ("you're the best, book it again", "enthusiastic"),
        ("great, that is perfect!", "enthusiastic"),
    ],
)
def test_tones(text: str, tone: str) -> None:
    assert tone_of(text) == tone


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("book a room for friday with Priya and Wei", "clean"),
        ("open the roadmap in figma, and the onboarding todos", "clean"),
        ("what is your favourite colour, and do you organise it", "clean"),
        ("https://example.org/tmrw/u is the adress", "misspelt"),
        ("did you recieve it", "misspelt"),
        ("tomorow is fine", "misspelt"),
        ("can u book it", "chat-like"),
        ("room w/ a view :)", "chat-like"),
        ("whats up, dont know", "chat-like"),
        ("great 🎉", "chat-like"),
        ("meet me on fri at 9", "clean"),
    ],
)
def test_noise(text: str, noise: str) -> None:
    pytest.importorskip("spellchecker")
    assert noise_of(text) == noise


def test_words_of_a_chat_are_not_misspelt() -> None:
    pytest.importorskip("spellchecker")
    assert not any(map(misspelt, ("gonna", "tmrw", "dont", "wifi", "behaviour")))


@given(st.text(max_size=300))
def test_any_text_is_told(text: str) -> None:
    assert tone_of(text) in TONES
    assert noise_of(text) in NOISES
    assert length_of(words_in(text)) in (*LENGTHS, EMPTY)
