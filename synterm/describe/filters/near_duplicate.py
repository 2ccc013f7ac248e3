"""Candidates that are there already, in about the same words or with the same meaning."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from synterm.core.case import Case
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.filters.neighbours import By, Neighbours, is_other_form, is_seed
from synterm.describe.wording import compared

_BELOW = 0.1
"""Scores are found down to so much below the threshold: so much lower it can be tried."""
_LEAST = 0.5


class NearDuplicate(Filter):
    """Drops what stands in the project in about the same words, or was kept before: in any scenario, split or status.

    The score is how alike both are in their wording, 0 to 1: the share of letters in common, in order, where each
    difference weighs more in a short text. The candidate's own seed counts only where it is the very same text. Of its
    lineage, those whose form was changed in another way, or not at all, don't count: a misspelled text is near its seed
    by its nature, and so are its other variants. Neither do cases that expect another result (`contradiction` is for
    those).
    """

    type = "near-duplicate"
    title = "in the project already in about the same words"
    side = "below"
    by: ClassVar[By] = "wording"

    threshold: Annotated[float, Field(ge=_LEAST, le=1)] = 0.9
    """From so alike on it is dropped; 1: only what is the same but for case, punctuation and spaces."""
    any_expected: bool = False
    """Whether cases count that expect another result."""

    def open(self, known: Known) -> Judge:
        return _NearJudge(self, known, self.by)

    def reach(self) -> tuple[float, float]:
        """Further down it looks for none."""
        return _floor(self.threshold), 1.0


class SameMeaning(NearDuplicate):
    """Drops what stands in the project with the same meaning, whatever the words, or was kept before.

    The score is the cosine of both texts' embeddings (in the extra `analysis`), which are made on this machine. They
    hardly see the order of words, a *not*, or which number it is.
    """

    type = "same-meaning"
    title = "in the project already with the same meaning"
    extra = "analysis"
    by = "meaning"

    threshold: Annotated[float, Field(ge=_LEAST, le=1)] = 0.95
    """From this cosine on it is dropped."""


def _floor(threshold: float) -> float:
    """From which score on they are found."""
    return round(max(threshold - _BELOW, _LEAST), 6)


class _NearJudge(Judge):
    def __init__(self, settings: NearDuplicate, known: Known, by: By) -> None:
        self._settings = settings
        self._floor = _floor(settings.threshold)
        self._neighbours = Neighbours(known, self._floor, by)

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        text, expects = compared(candidate.input), canonical_json(candidate.expected)
        for near in self._neighbours.near(text):
            if (
                is_seed(near, seed, text)
                or is_other_form(near, candidate)
                or (near.expects != expects and not self._settings.any_expected)
            ):
                continue
            score = round(near.likeness, 3)
            return Found(near.likeness < self._settings.threshold, score, f"{score:.2f} like {near.name}")
        return Found(True, None, f"nothing is like it from {self._floor:.2f} on")

    def keep(self, candidate: Candidate) -> None:
        self._neighbours.keep(candidate)
