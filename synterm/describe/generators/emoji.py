"""Emoji: at the end of what is said, between the words, beside what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.fields import Words
from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import words

_SHOWN = {
    "bus": "🚌", "cake": "🎂", "calendar": "📅", "call": "📞", "car": "🚗", "cat": "🐱", "coffee": "☕", "dinner": "🍽️",
    "dog": "🐶", "email": "📧", "flight": "✈️", "food": "🍲", "home": "🏠", "hotel": "🏨", "idea": "💡", "letter": "✉️",
    "lunch": "🥪", "mail": "📬", "meeting": "📅", "message": "💬", "money": "💰", "morning": "🌅", "music": "🎵",
    "night": "🌙", "note": "📝", "party": "🎉", "payment": "💳", "phone": "📱", "photo": "📷", "pizza": "🍕",
    "rain": "🌧️", "schedule": "🗓️", "song": "🎶", "sun": "☀️", "team": "👥", "thanks": "🙏", "ticket": "🎫",
    "time": "⏰", "train": "🚆", "travel": "🧳", "weather": "🌦️", "work": "💼",
}  # fmt: skip
_END = re.compile(r"(?<=\S)(?=\s*\n|\s*\Z)|(?<=[.!?…。！？])(?= )")
_BETWEEN = re.compile(r"(?<=\w) (?=\w)")


class Emoji(Noise):
    """Puts emoji at the end of a sentence or between words, in any language; or beside the word they show (English:
    "coffee ☕").

    The usual ones are friendly or say nothing. Where the expected result is a mood, name your own.
    """

    type = "emoji"
    title = "puts emoji into a message"
    kinds: ClassVar[tuple[str, ...]] = ("end", "between", "beside")
    english: ClassVar[frozenset[str]] = frozenset(("beside",))
    strength: float = Field(default=0.2, gt=0, le=1)
    """The share of the sentences, or of the places between words, that get one."""
    emoji: Words = ("🙂", "🙏", "👍", "👀", "✨", "🤔", "😅", "👋", "😊")
    """Those that are put at the end and between words."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        if kind == "end":
            twice = [f" {one * 2}" for one in self.emoji]
            return (Site(*end.span(), [*(f" {one}" for one in self.emoji), *twice]) for end in _END.finditer(text))
        if kind == "between":
            return (Site(*gap.span(), [f" {one} " for one in self.emoji]) for gap in _BETWEEN.finditer(text))
        return _beside(text)


def _beside(text: str) -> Iterator[Site]:
    for word in words(text):
        low = word.group().lower()
        if shown := _SHOWN.get(low) or _SHOWN.get(low.removesuffix("s")):
            yield Site(*word.span(), [f"{word.group()} {shown}"])
