"""The same request at more length, or in fewer words."""

from __future__ import annotations

from random import Random

from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.rewriting import Rewriter
from synterm.describe.generators.shots import LONG, REFRAMED, SHORTER
from synterm.describe.generators.small import reframed, shortened


class Elaborate(Rewriter):
    """Says the same at more length, with reasons and surroundings: the expected result stays."""

    type = "elaborate"
    title = "the same request at more length"

    def task(self, around: Surroundings) -> str:
        return (
            "Say the same at two or three times the length: with a reason, some background or politeness, as people do "
            "who explain themselves. What is asked for stays the same, and nothing else is asked for besides."
        )

    def told(self) -> str:
        return "said at more length"

    def ask_small(self, sentence: str, random: Random) -> Question:
        return reframed(sentence, LONG, REFRAMED, random)

    @property
    def grows(self) -> float:
        return 5.0


class Terse(Rewriter):
    """Says the same in as few words as people do in a hurry: the expected result stays."""

    type = "terse"
    title = "the same request in few words"

    def task(self, around: Surroundings) -> str:
        return (
            "Say the same in as few words as somebody in a hurry would: fragments, no greeting, no please. What is "
            "asked for must still be clear from it, with the names, numbers and dates that it needs."
        )

    def told(self) -> str:
        return "said in few words"

    def ask_small(self, sentence: str, random: Random) -> Question:
        return shortened(sentence, SHORTER, random)

    @property
    def grows(self) -> float:
        return 1.2
