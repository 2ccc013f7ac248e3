"""From the checks of a case to one verdict on an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check, Grades
from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult

Judgement = tuple[tuple[CheckResult, ...], bool | None, float | None]
"""What each check found, whether the answer passed, and its score."""

UNWELL = {
    Outcome.TRUNCATED: "cut off at the token limit; raise max_tokens",
    Outcome.EMPTY: "the answer is empty",
    Outcome.FILTERED: "the provider's content filter held the answer back",
}
"""What is wrong with an answer by its outcome alone, whatever the checks say."""


def judge(checks: Sequence[Check], answer: Answer, grades: Grades | None = None) -> Judgement:
    """The results of all checks, the verdict, and the weighted mean of the scores.

    Passed: every check that has a weight judged, and passed. Failed: at least one of them failed. None: no verdict,
    because the model did not answer, there is no check, or one that has a weight could not judge and none failed.
    An answer that was cut off, filtered or empty fails by that alone, as if by a check of weight 1.
    """
    if grades is not None:
        answer = replace(answer, grades=grades)
    return judgement(answer.completion.outcome, checks, lambda check: asked(check, answer))


def judgement(outcome: Outcome, checks: Sequence[Check], ask: Callable[[Check], CheckResult]) -> Judgement:
    """What `judge` gives, where `ask` gives the result of each check."""
    if not checks or not outcome.answered:
        return (), None, None
    results: list[CheckResult] = []
    counted: list[tuple[float, CheckResult]] = []
    if outcome in UNWELL:
        results.append(CheckResult("outcome", False, 0.0, UNWELL[outcome]))
        counted.append((1.0, results[0]))
    for check in checks:
        result = ask(check)
        results.append(result)
        if weight := check.weight:
            counted.append((weight, result))
    return tuple(results), *sum_up(counted)


def sum_up(counted: Sequence[tuple[float, CheckResult]]) -> tuple[bool | None, float | None]:
    """The verdict, and the weighted mean of the scores, from weights over 0 and results."""
    total = gained = 0.0
    failed = unsure = False
    for weight, result in counted:
        if result.score is not None:
            total += weight
            gained += weight * result.score
        if result.passed is None:
            unsure = True
        elif not result.passed:
            failed = True
    passed = False if failed else None if unsure or not counted else True
    return passed, gained / total if total else None
