"""A model looks for what the answer says and its context does not."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from synterm.checks.asking import AskingCheck, reply_schema
from synterm.checks.base import Answer, Example
from synterm.checks.question import fenced
from synterm.core.case import value_text
from synterm.errors import InputError

_MOST = 20


class ContextFaithfulness(AskingCheck):
    """A model says which claims of the answer its context holds, and which it does not: groundedness."""

    type = "context-faithfulness"
    example = Example(
        {"model": "judge"},
        "Refunds take five days and are paid in cash.",
        False,
        "Nothing in the context is about cash.",
        score=0.5,
        input={"message": "how do refunds work?", "context": "Refunds take five days."},
        replies=(
            '{"reason": "Nothing in the context is about cash.", "supported": ["Refunds take five days"], '
            '"unsupported": ["Refunds are paid in cash"]}',
        ),
    )

    variable: str = Field(default="context", min_length=1)
    """The value of the case's input that holds the context, where it was not retrieved from documents."""
    threshold: float = Field(default=1.0, ge=0, le=1)
    """The lowest share of claims that must be in the context. An answer without claims is faithful."""

    def task(self, answer: Answer) -> tuple[str, str, dict[str, Any]]:
        context = answer.context or value_text(answer.case.input.get(self.variable))
        if not context:
            raise InputError(f"there is no context: none was retrieved, and the case's input has no {self.variable!r}")
        claims = {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": _MOST}
        system = (
            "List the claims that the answer makes, each as a short sentence: those that follow from the context, and "
            "those that don't, whether or not they are true. Questions, greetings and offers to help are no claims. "
            'Reply with JSON and nothing else: {"reason": "…", "supported": ["…"], "unsupported": ["…"]}'
        )
        parts = [fenced("input", answer.case.title), fenced("context", context), fenced("answer", answer.text)]
        return system, "\n\n".join(parts), reply_schema(supported=claims, unsupported=claims)

    def score_of(self, reply: dict[str, Any]) -> float:
        supported, unsupported = len(reply["supported"]), len(reply["unsupported"])
        return supported / (supported + unsupported) if supported + unsupported else 1.0
