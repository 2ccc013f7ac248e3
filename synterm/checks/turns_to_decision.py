"""How soon a dialog comes to the right decision."""

from __future__ import annotations

from pydantic import Field

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Example
from synterm.checks.nested import OfDialog
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class TurnsToDecision(OfDialog):
    """The first answer of a dialog that passes another check comes within so many answers.

    The score is 1 for the first answer, and less by 1 / threshold with each further one; 0 beyond the threshold.
    """

    type = "turns-to-decision"
    example = Example(
        {"check": {"type": "label", "labels": ["schedule", "summarize", "clarify"]}, "threshold": 4},
        "",
        True,
        "decided with answer 2",
        score=0.75,
        expected="schedule",
        dialog=("tomorrow?", "clarify", "set up a call with Dana for tomorrow", "schedule"),
        end="decided",
    )

    threshold: int = Field(default=3, ge=1, le=50)
    """The most answers that it may take."""

    def judge(self, answer: Answer) -> CheckResult:
        turns = self.turns(answer)
        if not turns:
            raise InputError("the app gave no answer")
        undecided, reason = None, ""
        for number, turn in enumerate(turns, 1):
            result = asked(self.inner, turn)
            if result.passed:
                score = max(1 - (number - 1) / self.threshold, 0.0)
                late = "" if number <= self.threshold else f", over {self.threshold}"
                return self.verdict(number <= self.threshold, f"decided with answer {number}{late}", score=score)
            reason = result.reason
            undecided = undecided or (result if result.passed is None else None)
        if undecided is not None:
            raise InputError(undecided.error or "an answer could not be judged")
        return self.verdict(False, f"not decided in {len(turns)} answers: {reason}")
