"""A model compares the answer with another one, twice: each stands first once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from synterm.checks.asking import AskingCheck, reply_schema
from synterm.checks.base import Answer, Example
from synterm.checks.question import Question, fenced
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

_SCORES = {"first": 0.0, "equal": 0.5, "second": 1.0}
"""By what is better, where the answer stands second."""


class Pairwise(AskingCheck):
    """A model says which is better, the answer or a reference; asked in both orders, so that places count for nothing.

    1: better in both orders · 0.75: better in one, equal in the other · 0.5: equal, or the orders contradict each other
    · 0: worse in both.
    """

    type = "pairwise"
    instead = "value"
    example = Example(
        {"model": "judge"},
        "No.",
        False,
        "The other one says why.",
        expected="No: orders can be changed until they are packed, and yours was packed this morning.",
        input={"message": "can I change my order?"},
        replies=(
            '{"reason": "The other one says why.", "better": "first"}',
            '{"reason": "It says why.", "better": "second"}',
        ),
    )

    value: str | None = Field(default=None, min_length=1)
    """What the answer is held against; without it, what the case expects."""
    criterion: str = Field(default="helpful, correct and to the point", min_length=1, max_length=5000)
    """What makes one better."""
    threshold: float = Field(default=0.5, ge=0, le=1)
    """0.5: at least as good; above it: better."""

    def task(self, answer: Answer) -> tuple[str, str, dict[str, Any]]:
        return self._task(answer, swapped=False)

    def questions(self, answer: Answer) -> Sequence[Question]:
        """Each judgement in both orders: with the answer second, then first."""
        asked = super().questions(answer)
        if not asked:
            return ()
        _, swapped, _ = self._task(answer, swapped=True)
        return [turned for one in asked for turned in (one, one.saying(swapped))]

    def score_of(self, reply: dict[str, Any]) -> float:
        return _SCORES[reply["better"]]

    def verdict_of(self, found: Sequence[tuple[float, str] | str]) -> CheckResult:
        pairs = zip(found[::2], found[1::2], strict=True)
        return super().verdict_of([_both(second, first) for second, first in pairs])

    def _task(self, answer: Answer, *, swapped: bool) -> tuple[str, str, dict[str, Any]]:
        other = self.value or value_text(answer.expected)
        if not other:
            raise InputError("the check has no value to compare with, and the case expects nothing")
        system = (
            f"Two answers to the same input are given. Say which is better, by this: {self.criterion}. Neither length "
            'nor order makes one better. Reply with JSON and nothing else: {"reason": "…", "better": "first", '
            '"second" or "equal"}'
        )
        texts = [answer.text, other] if swapped else [other, answer.text]
        parts = [fenced("input", answer.case.title), fenced("first", texts[0]), fenced("second", texts[1])]
        schema = reply_schema(better={"type": "string", "enum": [*_SCORES]})
        return system, "\n\n".join(parts), schema


def _both(second: tuple[float, str] | str, first: tuple[float, str] | str) -> tuple[float, str] | str:
    """One judgement from that with the answer second and that with the answer first."""
    if isinstance(second, str):
        return second
    if isinstance(first, str):
        return first
    score = (second[0] + 1 - first[0]) / 2
    if {second[0], 1 - first[0]} == {0.0, 1.0}:
        return score, f"no preference: whichever stands {'first' if second[0] == 0 else 'second'} is preferred"
    return score, second[1]
