"""The same request as somebody else would say it: tone, register, length, who speaks, language."""

from __future__ import annotations

from random import Random
from typing import Self

from pydantic import Field

from synterm.core.case import Case
from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.rewriting import Rewriter
from synterm.describe.generators.shots import CASUAL, CROSS, PLAIN, POLITE, REFRAMED, SHORTER, Openings
from synterm.describe.generators.small import TOO_SMALL, reframed, shortened

TONES = ("polite", "friendly", "impatient", "angry", "anxious", "sarcastic", "enthusiastic", "tired")
REGISTERS = ("formal", "casual chat", "slang", "business jargon", "plain and simple", "like a voice message")
LENGTHS = ("one short fragment", "one sentence", "two or three sentences", "a paragraph")
PERSONAS = (
    "a new employee in the first week",
    "a busy manager between two calls",
    "somebody who writes in a second language",
    "a teenager",
    "somebody who is not used to computers",
    "a very careful lawyer",
    "a colleague who writes on a phone while walking",
    "somebody who thinks aloud",
)
_OPENINGS: dict[str, Openings] = {
    "polite": POLITE,
    "formal": POLITE,
    "casual chat": CASUAL,
    "slang": CASUAL,
    "angry": CROSS,
    "impatient": CROSS,
    "one sentence": PLAIN,
}
_FRAGMENT = LENGTHS[0]
_SMALL = {"tone": ("polite", "impatient", "angry"), "style": ("formal", "casual chat"), "length": (_FRAGMENT,)}
"""What a very small model can be had to do."""


class Vary(Rewriter):
    """Says the same in another tone, register or length, as another person, or in another language.

    What is not given is chosen anew for each question: one of tone, register, length and persona.
    """

    type = "vary"
    title = "the same request in another tone, register, length, by another person, in another language"

    tone: str | None = Field(default=None, min_length=1, max_length=200)
    style: str | None = Field(default=None, min_length=1, max_length=200)
    """The register: formal, slang …"""
    length: str | None = Field(default=None, min_length=1, max_length=200)
    persona: str | None = Field(default=None, min_length=1, max_length=1000)
    language: str | None = Field(default=None, min_length=1, max_length=100)

    def settled(self, seed: Case | None, around: Surroundings, random: Random) -> Self:
        if self._given:
            return self
        choices = {"tone": TONES, "style": REGISTERS, "length": LENGTHS, "persona": PERSONAS}
        offered = _SMALL if around.small else choices
        name = random.choice(list(offered))
        return self.model_copy(update={name: random.choice(offered[name])})

    def task(self, around: Surroundings) -> str:
        words = {
            "tone": "in a tone that is {}",
            "style": "in this register: {}",
            "length": "at this length: {}",
            "persona": "as it would be said by {}",
            "language": "in {}",
        }
        ways = ", ".join(words[name].format(value) for name, value in self._given.items())
        return f"Say the same {ways}. What is asked for stays the same."

    def told(self) -> str:
        return ", ".join(f"{name}: {value}" for name, value in self._given.items()) or "varied"

    def tags(self) -> tuple[str, ...]:
        return (self.type, *self._given)

    def ask_small(self, sentence: str, random: Random) -> Question:
        if self.length == _FRAGMENT:
            return shortened(sentence, SHORTER, random)
        openings = next((_OPENINGS[value] for value in self._given.values() if value in _OPENINGS), None)
        if openings is None:
            raise ValueError(TOO_SMALL)
        return reframed(sentence, openings, REFRAMED, random)

    @property
    def grows(self) -> float:
        return 6.0 if self.length in LENGTHS[2:] else 3.0

    @property
    def _given(self) -> dict[str, str]:
        found = {
            "tone": self.tone,
            "style": self.style,
            "length": self.length,
            "persona": self.persona,
            "language": self.language,
        }
        return {name: value for name, value in found.items() if value}
