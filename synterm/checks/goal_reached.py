"""The user of a dialog got what they wanted."""

from __future__ import annotations

from collections.abc import Collection

from pydantic import Field

from synterm.checks.base import Answer, Check, Example, Fact
from synterm.checks.nested import transcript
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class GoalReached(Check):
    """The simulated user says that the goal is reached, or the dialog ended as `stop_when` wants it.

    Whose lines are given, without `stop_when`, has no say: the check abstains then. For a judgement by another model,
    use llm-rubric on the dialog.
    """

    type = "goal-reached"
    example = Example(
        {"within": 3},
        "",
        True,
        "goal reached after 2 answers",
        dialog=("I want my money back", "Which order?", "4471", "It is on its way.", "thanks!"),
    )

    within: int | None = Field(default=None, ge=1, le=50)
    """The most answers that it may take."""

    @property
    def relies_on(self) -> Collection[Fact]:
        return ("dialog",)

    def judge(self, answer: Answer) -> CheckResult:
        held = transcript(answer)
        count = len(held.answers)
        if held.end == "script ended":
            raise InputError("the user's lines are given, so nobody says whether the goal is reached")
        reached = held.end in ("goal reached", "decided")
        in_time = self.within is None or count <= self.within
        late = "" if in_time else f", over {self.within}"
        return self.verdict(reached and in_time, f"{held.end} after {count} {_answers(count)}{late if reached else ''}")


def _answers(count: int) -> str:
    return "answer" if count == 1 else "answers"
