"""The answer is easy enough to read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from pydantic import Field, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import bounded
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

_SENTENCE_END = re.compile(r"[.!?…]+(?=[\s\"')\]*]|$)|\n\s*(?=\n|[-*•]\s|\d+[.)]\s)")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)*")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(r"(?:[aeiouy]l|[^laeiouy])e$|(?:[aeiouy]l|[^laeiouycgsxzh])es$|[^aeiouytd]ed$")
_SCALE = {"ease": 50.0, "grade": 10.0}
"""How far beyond a bound the score is 0."""
_LONGEST_WORD = 60


class Readability(Check):
    """The answer's Flesch reading ease, or its school grade, is within bounds. For English.

    ``ease`` is 206.835 − 1.015 · words per sentence − 84.6 · syllables per word: 90 and more is very easy, 60 to 70
    plain, under 30 very hard (Flesch, A new readability yardstick, 1948). ``grade`` is 0.39 · words per sentence + 11.8
    · syllables per word − 15.59, in years of school (Kincaid and others, Derivation of New Readability Formulas, 1975).
    Syllables are counted by groups of vowels, without a silent e. Within the bounds the score is 1; beyond them it
    falls to 0 over 50 points of ease, or 10 grades. An answer without words fails; one mostly in other letters than
    Latin ones gets no verdict.
    """

    type = "readability"
    example = Example(
        {"min": 60},
        "Notwithstanding organizational considerations, implementation necessitates prioritization.",
        False,
        "reading ease -208.2, not at least 60",
        score=0.0,
    )

    measure: Literal["ease", "grade"] = "ease"
    """Reading ease, or school grade."""
    min: float | None = Field(default=None, allow_inf_nan=False)
    """The lowest that passes."""
    max: float | None = Field(default=None, allow_inf_nan=False)
    """The highest that passes."""

    @model_validator(mode="after")
    def _bounded(self) -> Readability:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min is {self.min:g}, over max, which is {self.max:g}")
        return self

    def judge(self, answer: Answer) -> CheckResult:
        text = bounded(answer.text)
        words = _WORD.findall(text)
        if not words:
            return self._without_words(text)
        if 2 * len(_LATIN.findall(text)) < len(_LETTER.findall(text)):
            raise InputError("the answer is mostly not in Latin letters, and the formula is for English")
        found = self._measured(len(words), _sentences(text), sum(map(_syllables, words)))
        off = max(0.0, (self.min or 0.0) - found if self.min is not None else 0.0)
        off = max(off, found - self.max if self.max is not None else 0.0)
        name = "reading ease" if self.measure == "ease" else "grade"
        said = f"{name} {found:.1f}"
        score = max(0.0, 1 - off / _SCALE[self.measure])
        return self.verdict(off == 0, said if off == 0 else f"{said}, not {self._wanted()}", score=score)

    def _without_words(self, text: str) -> CheckResult:
        if _LETTER.search(text):
            raise InputError("the answer is not in Latin letters, and the formula is for English")
        return self.verdict(False, "the answer has no words")

    def _measured(self, words: int, sentences: int, syllables: int) -> float:
        if self.measure == "ease":
            return 206.835 - 1.015 * words / sentences - 84.6 * syllables / words
        return 0.39 * words / sentences + 11.8 * syllables / words - 15.59

    def _wanted(self) -> str:
        if self.min is None or self.max is None:
            return f"at least {self.min:g}" if self.max is None else f"at most {self.max:g}"
        return f"{self.min:g} to {self.max:g}"


def _sentences(text: str) -> int:
    """How many pieces between ends of sentences hold a word: at least 1."""
    return max(1, sum(1 for piece in _SENTENCE_END.split(text) if _WORD.search(piece)))


@lru_cache(maxsize=65_536)
def _syllables(word: str) -> int:
    word = word[:_LONGEST_WORD].lower()
    groups = len(_VOWELS.findall(word))
    return max(1, groups - (_SILENT.search(word) is not None))
