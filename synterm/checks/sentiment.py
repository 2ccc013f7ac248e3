"""The answer sounds glad enough, or not too glad."""

from __future__ import annotations

from contextlib import suppress

from pydantic import Field, model_validator

from synterm.analysis import sentiment
from synterm.checks.base import Answer, Check, Example
from synterm.core.evaluation import CheckResult
from synterm.errors import ModelError


class Sentiment(Check):
    """The answer sounds as glad as wanted: 0 is as angry as can be, 0.5 neutral, 1 as glad as can be.

    The score is that number. Told by VADER's lexicon of English words and emoji (in the extra `analysis`): what is in
    another language mostly comes out neutral, and irony is not seen. The first 4,000 characters count.

    There is no check of this kind for toxicity: lists of bad words find names, places and people who quote them, and
    miss what is meant badly in good words, and no small library with better ways is kept up. Ask a model to judge it.
    """

    type = "sentiment"
    example = Example(
        {"min": 0.6},
        "I am so sorry, that was a terrible mistake.",
        False,
        "0.13, needs at least 0.6",
        score=0.131,
    )

    min: float | None = Field(default=None, ge=0, le=1)
    """The least that passes; 0.5 where neither bound is given."""
    max: float | None = Field(default=None, ge=0, le=1)
    """The most that passes."""

    @model_validator(mode="after")
    def _in_order(self) -> Sentiment:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is over max {self.max:g}, so nothing would pass")
        return self

    def warm(self) -> None:
        with suppress(ModelError):  # `judge` says it of each answer
            sentiment.warm()

    def judge(self, answer: Answer) -> CheckResult:
        if not answer.text.strip():
            return self.verdict(False, "the answer is empty")
        score = sentiment.sentiment(answer.text)
        least = 0.5 if self.min is None and self.max is None else self.min
        if least is not None and score < least:
            return self.verdict(False, f"{score:.2f}, needs at least {least:g}", score=score)
        if self.max is not None and score > self.max:
            return self.verdict(False, f"{score:.2f}, needs at most {self.max:g}", score=score)
        return self.verdict(True, f"{score:.2f}", score=score)
