"""The user of a dialog stays in good spirits, or gets better ones."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Literal

from pydantic import Field

from synterm.analysis import sentiment
from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.nested import transcript
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, ModelError


class UserSentiment(Check):
    """The user of a dialog sounds glad enough: at its end, throughout, or compared with its beginning.

    Each line of the user is a number from 0, as angry as can be, over 0.5, neutral, to 1; told by VADER's lexicon of
    English words and emoji (in the extra `analysis`). The reason shows how it went.
    """

    type = "user-sentiment"
    example = Example(
        {"of": "change"},
        "",
        True,
        "0.11 → 0.68, better by 0.57",
        score=0.785,
        dialog=("this is terrible, I hate it", "I am sorry. Here is your money back.", "thank you"),
    )

    of: Literal["end", "mean", "worst", "change"] = "end"
    """Which number counts: that of the last line, the mean, the lowest, or how much the last is above the first."""
    min: float | None = Field(default=None, ge=-1, le=1)
    """The least that passes; 0.4 where nothing is said, for `change` 0: no worse than at the beginning."""

    def warm(self) -> None:
        with suppress(ModelError):  # `judge` says it of each answer
            sentiment.warm()

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("dialog",)

    def judge(self, answer: Answer) -> CheckResult:
        lines = [line for line in transcript(answer).lines if line.strip()]
        if len(lines) < (2 if self.of == "change" else 1):
            raise InputError("the user says too little to tell")
        went = [sentiment.sentiment(line) for line in lines]
        change = went[-1] - went[0]
        value = {"end": went[-1], "mean": sum(went) / len(went), "worst": min(went), "change": change}[self.of]
        least = (0.0 if self.of == "change" else 0.4) if self.min is None else self.min
        score = (value + 1) / 2 if self.of == "change" else value
        shown = " → ".join(f"{one:.2f}" for one in (went if len(went) < 8 else [*went[:3], *went[-3:]]))
        told = f", {'better' if change >= 0 else 'worse'} by {abs(change):.2f}" if self.of == "change" else ""
        passed = value >= least
        return self.verdict(passed, f"{shown}{told}" + ("" if passed else f": needs {least:g}"), score=score)
