"""Candidates that are much longer or shorter than their seed, or than any case should be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared

_FREE = 20
"""A difference of so many characters is never too much: of short texts, a few words are many times the length."""


class Length(Filter):
    """Drops what is many times as long or short as its seed, or outside of bounds in characters.

    The score says how many times the longer one of both texts is as long as the shorter one: 1 and more. Texts whose
    lengths differ by at most 20 characters are kept whatever the score.
    """

    type = "length"
    title = "much longer or shorter than the seed, or than allowed"
    side = "below"

    threshold: Annotated[float, Field(gt=1)] = 4.0
    """From so many times the seed's length, or the seed from so many times its own, it is dropped."""
    shortest: Annotated[int, Field(ge=0)] = 1
    """Characters it must have."""
    longest: Annotated[int, Field(ge=1)] = 20_000
    """Characters it may have."""

    @model_validator(mode="after")
    def _in_order(self) -> Length:
        if self.shortest > self.longest:
            raise ValueError("shortest is more than longest")
        return self

    def open(self, known: Known) -> Judge:
        return _LengthJudge(self)


class _LengthJudge(Judge):
    def __init__(self, settings: Length) -> None:
        self._settings = settings

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        size = len(compared(candidate.input).strip())
        if size < self._settings.shortest:
            return Found(False, None, f"{size:,} characters, and {self._settings.shortest:,} are the fewest")
        if size > self._settings.longest:
            return Found(False, None, f"{size:,} characters, and {self._settings.longest:,} are the most")
        if seed is None:
            return Found(True, None, f"{size:,} characters")
        before = len(compared(seed.input).strip())
        score = round(max(size, before) / max(min(size, before), 1), 3)
        if abs(size - before) <= _FREE:
            return Found(True, None, f"{size:,} characters, about as its seed ({before:,})")
        return Found(
            score < self._settings.threshold,
            score,
            f"{score:.1f} times as {'long' if size > before else 'short'} as its seed: "
            f"{size:,} characters, the seed {before:,}",
        )
