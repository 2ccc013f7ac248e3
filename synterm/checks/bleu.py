"""BLEU: how many of the answer's words and runs of words are expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, log
from typing import Any

from synterm.checks.base import Example
from synterm.checks.fields import Threshold
from synterm.checks.overlap import Overlap
from synterm.checks.tokens import counted, grams, reference_words, shared

_LONGEST = 4
_NONE_SHARED = 1e-7
"""What stands for a precision of 0, whose logarithm there is not."""


class Bleu(Overlap):
    """The answer's words and runs of up to four words are mostly those of the expected text (BLEU).

    The score is the geometric mean of the precisions of runs of 1, 2, 3 and 4 words, times a penalty for an answer that
    is shorter than the nearest expected text. Formula: Papineni and others, BLEU: a Method for Automatic Evaluation of
    Machine Translation, 2002 (doi.org/10.3115/1073083.1073135); a precision of 0 counts as 0.0000001, and an answer of
    fewer than four words is judged by the runs that it has, so that an answer like the expected text scores 1, whatever
    its length. An answer without words, or with none of those expected, scores 0.
    """

    type = "bleu"
    named = "BLEU"
    example = Example(
        {},
        "The cat sat on the mat",
        True,
        "BLEU 0.60",
        expected=["The cat sat on a mat by the door", "The cat was sitting on the mat"],
        score=0.599,
    )

    threshold: Threshold = 0.5
    """The lowest score that passes, from 0 to 1."""

    def score(self, found: Sequence[str], wanted: Sequence[str]) -> float:
        orders = range(1, min(_LONGEST, len(found)) + 1)
        common = [shared(grams(found, length), _most(wanted, length)) for length in orders]
        if not common[0]:
            return 0.0
        shares = (count / (len(found) - length + 1) for length, count in zip(orders, common, strict=True))
        mean = sum(log(share or _NONE_SHARED) for share in shares) / len(orders)
        return min(1.0, _penalty(len(found), wanted) * exp(mean))


def _most(wanted: Sequence[str], length: int) -> Counter[Any]:
    """How often each run stands in that text which holds it most often."""
    most, *others = (counted(text, length) for text in wanted)
    for other in others:
        most = most | other
    return most


def _penalty(length: int, wanted: Sequence[str]) -> float:
    lengths = (len(reference_words(text)) for text in wanted)
    nearest = min(lengths, key=lambda other: (abs(other - length), other))
    return 1.0 if length > nearest else exp(1 - nearest / length)
