"""GLEU: as BLEU, made for single sentences."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.checks.base import Example
from synterm.checks.fields import Threshold
from synterm.checks.overlap import Overlap
from synterm.checks.tokens import counted, grams, reference_words, shared

_LONGEST = 4


class Gleu(Overlap):
    """The answer shares its words and runs of up to four words with the expected text (Google's GLEU).

    All runs of 1 to 4 words are counted together; the score is the smaller of precision (how many of the answer's are
    expected) and recall (how many of those expected are in the answer). Formula: Wu and others, Google's Neural Machine
    Translation System, 2016 (arxiv.org/abs/1609.08144), section 4.3; of several texts, the best. An answer without
    words scores 0.
    """

    type = "gleu"
    named = "GLEU"
    example = Example({}, "It is sunny today", False, "GLEU 0.40, below 0.5", expected="Today it is raining", score=0.4)

    threshold: Threshold = 0.5
    """The lowest score that passes, from 0 to 1."""

    def score(self, found: Sequence[str], wanted: Sequence[str]) -> float:
        return max(_against(found, text) for text in wanted)


def _against(found: Sequence[str], text: str) -> float:
    lengths = range(1, _LONGEST + 1)
    common = sum(shared(grams(found, length), counted(text, length)) for length in lengths)
    return common / max(_runs(len(found)), _runs(len(reference_words(text))))


def _runs(length: int) -> int:
    """How many runs of 1 to 4 words a text of so many words has."""
    return sum(max(0, length - run + 1) for run in range(1, _LONGEST + 1))
