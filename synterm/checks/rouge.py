"""ROUGE-N: how many of the expected words, or runs of words, the answer holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from synterm.checks.base import Example
from synterm.checks.fields import Threshold
from synterm.checks.overlap import Overlap
from synterm.checks.tokens import counted, grams, shared
from synterm.errors import InputError


class RougeN(Overlap):
    """The answer holds enough of the words of the expected text (ROUGE-N).

    The score is the share of the expected text's runs of `n` words that the answer holds, each as often as it is
    expected at most; order beyond the run, upper and lower case and punctuation count for nothing. Formula: Lin, ROUGE:
    A Package for Automatic Evaluation of Summaries, 2004 (aclanthology.org/W04-1013), section 2; of several texts, the
    best. An answer without words scores 0. No verdict where the expected text has fewer than `n` words.
    """

    type = "rouge-n"
    named = "ROUGE"
    example = Example(
        {"threshold": 0.75},
        "The meeting moved to Monday",
        False,
        "ROUGE 0.67, below 0.75",
        expected="The meeting is moved to Friday",
        score=0.667,
    )

    threshold: Threshold = 0.75
    """The lowest score that passes, from 0 to 1."""
    n: int = Field(default=1, ge=1, le=9)
    """How many words a run has."""
    measure: Literal["recall", "precision", "f1"] = "recall"
    """``recall``: how much of what is expected is there; ``precision``: how much of what is there is expected; ``f1``:
    the harmonic mean of both."""

    def score(self, found: Sequence[str], wanted: Sequence[str]) -> float:
        return max(self._against(found, text) for text in wanted)

    def _against(self, found: Sequence[str], text: str) -> float:
        expected = counted(text, self.n)
        if not expected:
            raise InputError(f"a text to compare with has fewer than {self.n} words")
        runs = max(0, len(found) - self.n + 1)
        common = shared(grams(found, self.n), expected)
        total = expected.total()
        if self.measure == "f1":
            return 2 * common / (runs + total)
        whole = total if self.measure == "recall" else runs
        return common / whole if whole else 0.0
