"""Candidates that are too close to the case they were made from, or too far from it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synterm.analysis.embeddings import Embedder, embedder
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.likeness import Units, likeness, units
from synterm.describe.wording import compared

_NEARLY = 0.999
"""What differs at all is not the same, however little it is."""


class TooClose(Filter):
    """Drops what is its seed over again, or hardly anything else.

    The score is how alike both are in their wording, 0 to 1, as they are written: case and punctuation count. By
    default only a copy is dropped; 0.9 is for paraphrases. White space counts only where a generator changed a text's
    form alone, as noise does: that is no copy.
    """

    type = "too-close"
    title = "its seed over again, or hardly anything else"
    side = "below"

    threshold: Annotated[float, Field(gt=0, le=1)] = 1.0
    """From so alike on it is dropped."""

    def open(self, known: Known) -> Judge:
        return _CloseJudge(self.threshold)


class _CloseJudge(Judge):
    def __init__(self, threshold: float) -> None:
        self._threshold = threshold

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        if seed is None:
            return Found(True, None, "it has no seed")
        score = _as_written(compared(candidate.input), compared(seed.input))
        if candidate.form and candidate.input != seed.input:
            score = min(score, _NEARLY)  # its white space was changed, which is all that was meant
        reason = "the same as its seed" if score == 1 else f"{score:.2f} like its seed in its wording"
        return Found(score < self._threshold, score, reason)


def _as_written(text: str, other: str) -> float:
    one, two = " ".join(text.split()), " ".join(other.split())
    if one == two:
        return 1.0
    a, b = units(one), units(two)
    found = likeness(a, b) if a.words and b.words else likeness(Units(one, ""), Units(two, ""))
    return min(round(found, 3), _NEARLY)


class TooFar(Filter):
    """Drops what has so little to do with its seed that it is another case.

    The score says how near both are, 0 to 1: the cosine of their embeddings (in the extra `analysis`), or how alike
    they are in their wording, whichever is more: embeddings know no misspelled words.
    """

    type = "too-far"
    title = "too little to do with its seed"
    side = "from"
    extra = "analysis"

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.4
    """Below it is dropped."""

    def open(self, known: Known) -> Judge:
        by = embedder()
        by.warm()
        return _FarJudge(self.threshold, by)


class _FarJudge(Judge):
    def __init__(self, threshold: float, by: Embedder) -> None:
        self._threshold = threshold
        self._embedder = by

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        if seed is None:
            return Found(True, None, "it has no seed")
        text, other = compared(candidate.input), compared(seed.input)
        mine, theirs = self._embedder.embed([text, other])
        meaning, wording = float(mine @ theirs), likeness(units(text), units(other))
        score = round(min(max(meaning, wording, 0.0), 1.0), 3)
        what = "meaning" if meaning >= wording else "wording"
        return Found(score >= self._threshold, score, f"{score:.2f} like its seed in its {what}")
