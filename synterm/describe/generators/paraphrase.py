"""The same request in other words."""

from __future__ import annotations

from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.rewriting import Rewriter
from synterm.describe.generators.shots import PARAPHRASES, Shots


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

    def shots(self) -> Shots | None:
        return PARAPHRASES

    @property
    def opened(self) -> bool:
        return True
