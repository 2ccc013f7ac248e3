"""A model compares the facts of the answer with those that were expected."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from synterm.checks.asking import AskingCheck, reply_schema
from synterm.checks.base import Answer, Example
from synterm.checks.question import fenced
from synterm.core.case import value_text
from synterm.errors import InputError

_SCORES = {"same": 1.0, "harmless": 1.0, "less": 0.5, "more": 0.5, "contradicts": 0.0}


class Factuality(AskingCheck):
    """A model says whether the facts of the answer are those of a reference."""

    type = "factuality"
    instead = "value"
    example = Example(
        {"model": "judge"},
        "Refunds take five days, and you pay the postage.",
        False,
        "The reference says that the shop pays the postage.",
        expected="Refunds take five days. The shop pays the postage.",
        input={"message": "how do refunds work?"},
        replies=('{"reason": "The reference says that the shop pays the postage.", "facts": "contradicts"}',),
    )

    value: str | None = Field(default=None, min_length=1)
    """The reference; without it, what the case expects."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    """0.5: fewer or further facts than the reference has may pass, what contradicts it never; 1: they may not."""

    def task(self, answer: Answer) -> tuple[str, str, dict[str, Any]]:
        reference = self.value or value_text(answer.expected)
        if not reference:
            raise InputError("the check has no value, and the case expects nothing")
        system = (
            "Compare the facts of the answer with those of the reference; style, order and wording count for nothing. "
            'Reply with JSON and nothing else: {"reason": "…", "facts": one of "same" (all of them, no others), '
            '"less" (only some of them, none wrong), "more" (all of them and others that do not contradict them), '
            '"harmless" (they differ in what does not matter), "contradicts" (at least one is wrong)}'
        )
        parts = [fenced("input", answer.case.title), fenced("reference", reference), fenced("answer", answer.text)]
        return system, "\n\n".join(parts), reply_schema(facts={"type": "string", "enum": [*_SCORES]})

    def score_of(self, reply: dict[str, Any]) -> float:
        return _SCORES[reply["facts"]]
