"""The answer is short enough."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.fields import Texts, Threshold, bounded, references
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, SyntermError


class Brevity(Check):
    """The answer is no longer than a target, or little longer.

    Up to the target the score is 1; beyond it, the target divided by the length: 0.8 for a quarter more, 0.5 for twice
    as long. An empty answer scores 1. The target is a number, or the length of the expected text times a ratio; exactly
    one of them is needed.
    """

    type = "brevity"
    example = Example({"target": 4}, "Yes, I can do that for you", False, "7 words for a target of 4", score=0.571)

    target: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The length that is short enough."""
    ratio: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The target as a multiple of the expected text's length (the longest, of several)."""
    unit: Literal["words", "characters", "tokens"] = "words"
    """What is counted: what stands between white space, characters, or tokens of OpenAI's encoding cl100k, which other
    models' come near."""
    threshold: Threshold = 0.8
    """The lowest score that passes, from 0 to 1: 1 holds the answer to the target, 0.8 allows a quarter more."""
    value: Texts | None = None
    """The text that `ratio` goes by; without it, what the case expects."""

    @model_validator(mode="after")
    def _one_target(self) -> Brevity:
        if (self.target is None) == (self.ratio is None):
            raise ValueError("needs target or ratio, and not both")
        return self

    @property
    def needs_expected(self) -> bool:
        return self.ratio is not None and self.value is None

    def judge(self, answer: Answer) -> CheckResult:
        target = self._target(answer)
        length = self._length(bounded(answer.text))
        score = 1.0 if length <= target else target / length
        said = f"{length:,} {self.unit} for a target of {target:,.6g}"
        return self.verdict(score >= self.threshold, said, score=score)

    def _target(self, answer: Answer) -> float:
        if self.ratio is None:
            return self.target or 0.0
        longest = max(self._length(bounded(text)) for text in references(self.value, answer))
        if not longest:
            raise InputError("the text that the length goes by is empty")
        return self.ratio * longest

    def _length(self, text: str) -> int:
        if self.unit == "tokens":
            return _tokens(text)
        return len(text.split() if self.unit == "words" else text)


def _tokens(text: str) -> int:
    from synterm.checks.encodings import load

    try:
        return len(load("cl100k_base").encode_ordinary(text))
    except OSError as error:
        raise SyntermError(f"tokens can't be counted: {error}", hint="install litellm anew, or count words") from error
