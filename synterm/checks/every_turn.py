"""A check holds in every turn of a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Example
from synterm.checks.nested import OfDialog
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class EveryTurn(OfDialog):
    """Every answer of a dialog passes another check: tone, brevity, staying in scope. The score is the mean."""

    type = "every-turn"
    example = Example(
        {"check": {"type": "not-icontains", "value": "as an ai"}},
        "",
        False,
        'answer 2 of 2: negated: contains "as an ai"',
        score=0.5,
        dialog=("hi", "How can I help?", "are you real?", "As an AI I can't say."),
        end="given up",
    )

    def judge(self, answer: Answer) -> CheckResult:
        found = [asked(self.inner, turn) for turn in self.turns(answer)]
        if not found:
            raise InputError("the app gave no answer")
        # Whoever leans on the verdict leans on the judge of the turns.
        return replace(self._of(found), judge=next((result.judge for result in found if result.judge), None))

    def _of(self, found: Sequence[CheckResult]) -> CheckResult:
        scores = [result.score for result in found if result.score is not None]
        score = sum(scores) / len(scores) if scores else None
        failed = [(number, result) for number, result in enumerate(found, 1) if result.passed is False]
        if failed:
            number, first = failed[0]
            more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
            return self.verdict(False, f"answer {number} of {len(found)}: {first.reason}{more}", score=score or 0.0)
        undecided = next((result for result in found if result.passed is None), None)
        if undecided is not None:
            raise InputError(undecided.error or "an answer could not be judged")
        return self.verdict(True, f"all {len(found)} answers: {found[0].reason}", score=score)
