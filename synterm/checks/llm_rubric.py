"""A model judges the answer against a rubric."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from synterm.checks.asking import AskingCheck, reply_schema
from synterm.checks.base import Answer, Example
from synterm.checks.question import fenced
from synterm.core.case import value_text
from synterm.errors import InputError

STEPS = 5
"""Scores go from 1 to so many: small scales are what models agree with people on (and with themselves)."""


class LlmRubric(AskingCheck):
    """A model scores the answer by a rubric, with a reason first."""

    type = "llm-rubric"
    example = Example(
        {"value": "The answer is polite and offers help.", "model": "judge"},
        "Sure, I can move that meeting. To which day?",
        True,
        "It agrees at once, and asks what it needs to know.",
        score=0.75,
        input={"message": "move my 3pm"},
        replies=('{"reason": "It agrees at once, and asks what it needs to know.", "score": 4}',),
    )

    value: str = Field(min_length=1, max_length=20_000)
    """The rubric: what a good answer does, in words."""
    reference: bool = False
    """Whether the judge sees what the case expects, as an answer that is right."""

    @property
    def needs_expected(self) -> bool:
        return self.reference

    def task(self, answer: Answer) -> tuple[str, str, dict[str, Any]]:
        system = (
            "Score how well the answer meets the rubric: 1 not at all, 2 hardly, 3 in part, 4 nearly, 5 fully. "
            'Reply with JSON and nothing else: {"reason": "…", "score": 1 to 5}'
        )
        parts = [f"The rubric:\n{self.value}", fenced("input", answer.case.title)]
        if self.reference:
            parts.append(f"An answer that is right:\n{fenced('reference', _reference(answer))}")
        parts.append(f"The answer to be judged:\n{fenced('answer', answer.text)}")
        return system, "\n\n".join(parts), reply_schema(score={"type": "integer", "enum": [*range(1, STEPS + 1)]})

    def score_of(self, reply: dict[str, Any]) -> float:
        return (reply["score"] - 1) / (STEPS - 1)


def _reference(answer: Answer) -> str:
    if answer.expected is None:
        raise InputError("the judge is to see what the case expects, and it expects nothing")
    return value_text(answer.expected)
