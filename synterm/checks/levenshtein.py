"""The answer is the expected text but for a few letters."""

from __future__ import annotations

from pydantic import Field

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import Texts, references
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError
from synterm.text import plural

_MOST_PAIRS = 2_000_000_000
"""Of characters of both texts: what takes about a third of a second at worst."""


class Levenshtein(Check):
    """The answer differs from the expected text by few enough characters.

    The distance is the least number of characters to put in, take out or replace (Levenshtein, Binary codes capable of
    correcting deletions, insertions, and reversals, 1966); white space, upper and lower case count. The score is 1 less
    the distance divided by the longer text's length. An empty answer is as far away as the expected text is long. Where
    both texts are so long that the distance would take too long (over 2,000,000,000 pairs of characters), a difference
    in length over the threshold still fails, with score 0; else there is no verdict.
    """

    type = "levenshtein"
    instead = "value"
    example = Example({"threshold": 2}, "recieve", True, "2 characters differ", expected="receive", score=0.714)

    value: Texts | None = None
    """The text to compare with, or several of which the nearest counts; without it, what the case expects."""
    threshold: int = Field(default=5, ge=0)
    """The largest distance that passes, in characters."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = references(self.value, answer)
        near = [text for text in wanted if len(text) * len(answer.text) <= _MOST_PAIRS]
        if not near:
            return self._by_length(answer.text, wanted)
        distance, score = min(
            (self._compared(answer.text, text) for text in near), key=lambda found: (found[0], -found[1])
        )
        passed = distance <= self.threshold
        said = f"{plural(distance, 'character')} differ{'s' * (distance == 1)}"
        return self.verdict(passed, said if passed else f"{said}, over {self.threshold:,}", score=score)

    def _compared(self, text: str, wanted: str) -> tuple[int, float]:
        from rapidfuzz.distance import Levenshtein as Distance

        distance = Distance.distance(text, wanted)
        return distance, 1 - distance / (max(len(text), len(wanted)) or 1)

    def _by_length(self, text: str, wanted: tuple[str, ...]) -> CheckResult:
        least = min(abs(len(text) - len(other)) for other in wanted)
        if least <= self.threshold:
            raise InputError("the answer and the expected text are too long to be compared letter by letter")
        return self.verdict(False, f"at least {least:,} characters differ, over {self.threshold:,}")
