"""The answer was cheap enough."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class Cost(Check):
    """The answer cost at most so many US dollars."""

    type = "cost"
    example = Example({"threshold": 0.01}, "Yes.", False, "$0.012, over $0.01", completion={"cost_usd": 0.012})

    threshold: float = Field(ge=0, allow_inf_nan=False)
    """The highest cost that is good enough, in US dollars."""

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("cost",)

    def judge(self, answer: Answer) -> CheckResult:
        spent = answer.completion.cost_usd
        if spent is None:
            raise InputError(
                "what the answer cost is unknown", hint="the model has no known price, or gave no token counts"
            )
        passed = spent <= self.threshold
        return self.verdict(passed, f"${spent:.6g}" if passed else f"${spent:.6g}, over ${self.threshold:.6g}")
