"""From the checks of a case to one verdict on an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synterm.checks.asking import asked
from synterm.checks.base import Answer, Check, Grades
from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult

Judgement = tuple[tuple[CheckResult, ...], bool | None, float | None]
"""What each check found, whether the answer passed, and its score."""

_UNWELL = {
    Outcome.TRUNCATED: "cut off at the token limit; raise max_tokens",
    Outcome.EMPTY: "the answer is empty",
    Outcome.FILTERED: "the provider's content filter held the answer back",
}


def judge(checks: Sequence[Check], answer: Answer, grades: Grades | None = None) -> Judgement:
    """The results of all checks, the verdict, and the weighted mean of the scores.

    Passed: every check that has a weight judged, and passed. Failed: at least one of them failed. None: no verdict,
    because the model did not answer, there is no check, or one that has a weight could not judge and none failed.
    An answer that was cut off, filtered or empty fails by that alone, as if by a check of weight 1.
    """
    outcome = answer.completion.outcome
    if not outcome.answered or not checks:
        return (), None, None
    if grades is not None:
        answer = replace(answer, grades=grades)
    judged = [(check.weight, asked(check, answer)) for check in checks]
    if outcome in _UNWELL:
        judged.insert(0, (1.0, CheckResult("outcome", False, 0.0, _UNWELL[outcome])))
    counted = [(weight, result) for weight, result in judged if weight > 0]
    return tuple(result for _, result in judged), _passed([result for _, result in counted]), mean_score(counted)


def _passed(results: Sequence[CheckResult]) -> bool | None:
    verdicts = [result.passed for result in results]
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


def mean_score(judged: Sequence[tuple[float, CheckResult]]) -> float | None:
    """The weighted mean of the scores that were given; None without any."""
    scored = [(weight, result.score) for weight, result in judged if result.score is not None]
    total = sum(weight for weight, _ in scored)
    return sum(weight * score for weight, score in scored) / total if scored else None
