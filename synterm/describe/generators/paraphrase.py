"""The same request in other words."""

from __future__ import annotations

from random import Random

from synterm.describe.generators.base import Question, Surroundings
from synterm.describe.generators.rewriting import Rewriter
from synterm.describe.generators.shots import PLAIN, REFRAMED
from synterm.describe.generators.small import reframed


class Paraphrase(Rewriter):
    """Says the same in other words: the expected result stays."""

    type = "paraphrase"
    title = "the same request in other words"

    def task(self, around: Surroundings) -> str:
        return (
            "Paraphrase the text: say exactly the same in other words and with another structure of the sentence. Keep "
            "names, numbers, dates and what is asked for; keep about the length and the tone."
        )

    def told(self) -> str:
        return "said in other words"

    def ask_small(self, sentence: str, random: Random) -> Question:
        return reframed(sentence, PLAIN, REFRAMED, random)
