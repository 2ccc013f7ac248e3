"""The answer came in time."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class Latency(Check):
    """The answer took at most so many milliseconds; one from the cache took what it took when it was made."""

    type = "latency"
    example = Example({"threshold": 2000}, "Yes.", True, "840 ms", completion={"latency_ms": 840.0})

    threshold: float = Field(gt=0, allow_inf_nan=False)
    """The longest time that is good enough, in milliseconds."""

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("latency",)

    def judge(self, answer: Answer) -> CheckResult:
        taken = answer.completion.latency_ms
        if taken is None:
            raise InputError("how long the answer took is unknown")
        passed = taken <= self.threshold
        return self.verdict(passed, _ms(taken) if passed else f"{_ms(taken)}, over {_ms(self.threshold)}")


def _ms(time: float) -> str:
    return f"{time:,.1f}".removesuffix(".0") + " ms"
