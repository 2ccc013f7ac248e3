"""Answers that people may be asked about, as far as that is needed to choose among them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from synterm.core.case import Case
from synterm.core.evaluation import CheckResult
from synterm.core.review import Subject, output_id


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer to one case. Its text is in the project file."""

    case_id: str
    scenario_id: str
    root_id: str
    subject: Subject
    stored: int
    """The row of the answer."""
    passed: bool | None = None
    """What the checks say; None where they gave no verdict."""
    score: float | None = None
    """Their mean score, to a hundredth: what both screens and recorded runs know of it."""
    torn: bool = False
    """Whether checks, or judges, say different things about this answer."""
    disputed: bool = False
    """Whether other variants or repeats got another verdict on the case."""


@dataclass(frozen=True)
class Output:
    """A candidate with its case and its text: what a person sees."""

    case: Case
    text: str
    candidate: Candidate

    @property
    def passed(self) -> bool | None:
        """What the checks say."""
        return self.candidate.passed

    @property
    def stored(self) -> int:
        """The row of the answer."""
        return self.candidate.stored

    @cached_property
    def subject(self) -> Subject:
        """What a verdict on it is about."""
        return self.case.content_id, output_id(self.text)


def torn(checks: Iterable[CheckResult]) -> bool:
    """Whether some of the checks pass, and some fail."""
    verdicts = {check.passed for check in checks}
    return True in verdicts and False in verdicts


def hundredths(score: float | None) -> float | None:
    """A score as candidates have it."""
    return None if score is None else round(score, 2)
