"""The answer ended for the right reason."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, field_validator

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.words import words_of
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, did_you_mean


class FinishReason(Check):
    """The model stopped for one of the reasons given.

    Reasons are in OpenAI's words, whatever the provider says: ``stop`` (it was done), ``length`` (the token limit),
    ``tool_calls``, ``content_filter``. The text counts for nothing, so an empty answer is judged as well; but one that
    was cut off, filtered or empty fails by that besides. No verdict where the provider gave no reason.
    """

    type = "finish-reason"
    reasons: ClassVar[tuple[str, ...]] = ("stop", "length", "tool_calls", "function_call", "content_filter")
    example = Example(
        {"value": "tool_calls"}, "Which room?", False, "stop, expected tool_calls", completion={"finish_reason": "stop"}
    )

    value: Annotated[tuple[str, ...], BeforeValidator(words_of)]
    """The reason, or several of which any will do."""

    @field_validator("value")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        lowered = tuple(reason.lower() for reason in value)
        for reason in lowered:
            if reason not in cls.reasons:
                raise ValueError(f"{reason!r} is no reason; {did_you_mean(reason, cls.reasons)}")
        return lowered

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("finish reason",)

    def judge(self, answer: Answer) -> CheckResult:
        found = answer.completion.finish_reason
        if found is None:
            raise InputError("why the answer ended is unknown", hint="the provider gave no finish reason")
        passed = found.lower() in self.value
        return self.verdict(passed, found if passed else f"{found}, expected {' or '.join(self.value)}")
