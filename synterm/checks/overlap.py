"""Checks whose score says how much of its words an answer has in common with what is expected."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from synterm.checks.base import Answer, Check
from synterm.checks.fields import Texts, bounded, references
from synterm.checks.tokens import reference_words, words
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class Overlap(Check):
    """Compares the words of an answer with those of one or several texts."""

    instead = "value"
    named: ClassVar[str]
    """What the score is called."""

    value: Texts | None = None
    """The text to compare with, or several of which the nearest counts; without it, what the case expects."""
    threshold: float

    def judge(self, answer: Answer) -> CheckResult:
        wanted = references(self.value, answer)
        if not all(map(reference_words, wanted)):
            raise InputError("a text to compare with has no words")
        found = words(bounded(answer.text))
        score = self.score(found, wanted) if found else 0.0
        passed = score >= self.threshold
        said = f"{self.named} {score:.2f}" if found else f"{self.named} 0.00: the answer has no words"
        return self.verdict(passed, said if passed else f"{said}, below {self.threshold:g}", score=score)

    @abstractmethod
    def score(self, found: Sequence[str], wanted: Sequence[str]) -> float:
        """The score, from 0 to 1, of an answer's words, at least one, against the texts `wanted`."""
