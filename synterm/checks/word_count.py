"""The answer has so many words."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.core.evaluation import CheckResult
from synterm.text import plural


class Bounds(BaseModel):
    """From how many to how many; at least one of both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: int | None = Field(default=None, ge=0)
    max: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _sound(self) -> Bounds:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min is {self.min}, over max, which is {self.max}")
        return self

    def fit(self, count: int) -> float:
        """1 within the bounds; else how far `count` comes up to them, or they to `count`, as a share."""
        if self.min is not None and count < self.min:
            return count / self.min
        return self.max / count if self.max is not None and count > self.max else 1.0

    def __str__(self) -> str:
        if self.min == self.max:
            return f"{self.min:,}"
        if self.min is None or self.max is None:
            return f"at least {self.min:,}" if self.max is None else f"at most {self.max:,}"
        return f"{self.min:,} to {self.max:,}"


class WordCount(Check):
    """The answer has exactly so many words, or a number of words within bounds.

    Words are what stands between white space. Beyond the bounds the score is the share by which the count comes up to
    them, or they to the count. An empty answer has 0 words.
    """

    type = "word-count"
    example = Example({"value": {"max": 4}}, "Yes, I will do that", False, "5 words, not at most 4", score=0.8)

    value: Bounds
    """The exact number, or ``{min: …, max: …}`` with one of both or both."""

    @field_validator("value", mode="before")
    @classmethod
    def _exact(cls, value: Any) -> Any:
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
        return {"min": value, "max": value} if isinstance(value, int | float) and not isinstance(value, bool) else value

    def judge(self, answer: Answer) -> CheckResult:
        count = len(answer.text.split())
        score = self.value.fit(count)
        passed = score == 1
        said = plural(count, "word")
        return self.verdict(passed, said if passed else f"{said}, not {self.value}", score=score)
