"""From the checks of a case to one verdict on an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from synterm.checks.base import Answer, Check
from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult
from synterm.errors import SyntermError

Judgement = tuple[tuple[CheckResult, ...], bool | None, float | None]
"""What each check found, whether the answer passed, and its score."""

_UNWELL = {
    Outcome.TRUNCATED: "cut off at the token limit; raise max_tokens",
    Outcome.EMPTY: "the answer is empty",
    Outcome.FILTERED: "the provider's content filter held the answer back",
}


class Grades(Protocol):
    """Verdicts of checks that cost something, by grader key."""

    def lookup(self, key: bytes) -> CheckResult | None:
        """The verdict, if there is one."""
        ...

    def add(self, key: bytes, found: CheckResult) -> object:
        """Keep a verdict."""
        ...


def judge(checks: Sequence[Check], answer: Answer, grades: Grades | None = None) -> Judgement:
    """The results of all checks, the verdict, and the weighted mean of the scores.

    Passed: every check that has a weight judged, and passed. Failed: at least one of them failed. None: no verdict,
    because the model did not answer, there is no check, or one that has a weight could not judge and none failed.
    An answer that was cut off, filtered or empty fails by that alone, as if by a check of weight 1.
    """
    outcome = answer.completion.outcome
    if not outcome.answered or not checks:
        return (), None, None
    judged = [(check.weight, _graded(check, answer, grades)) for check in checks]
    if outcome in _UNWELL:
        judged.insert(0, (1.0, CheckResult("outcome", False, 0.0, _UNWELL[outcome])))
    counted = [(weight, result) for weight, result in judged if weight > 0]
    return tuple([result for _, result in judged]), _passed(counted), _score(counted)


def _passed(judged: Sequence[tuple[float, CheckResult]]) -> bool | None:
    verdicts = [result.passed for _, result in judged]
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


def _score(judged: Sequence[tuple[float, CheckResult]]) -> float | None:
    total = weighted = 0.0
    for weight, result in judged:
        if result.score is not None:
            total += weight
            weighted += weight * result.score
    return weighted / total if total else None


def _graded(check: Check, answer: Answer, grades: Grades | None) -> CheckResult:
    """The result, from `grades` where the check has judged the same before and that was not for nothing."""
    if grades is None or not check.costs:
        return _result(check, answer)
    key = check.grader_key(answer)
    found = grades.lookup(key)
    if found is None:
        found = _result(check, answer)
        if found.passed is not None:
            grades.add(key, found)
    return found


def _result(check: Check, answer: Answer) -> CheckResult:
    try:
        result = check.judge(answer)
    except SyntermError as error:
        return CheckResult.abstain(check.type, f"{error}; {error.hint}" if error.hint else str(error))
    except Exception as error:  # noqa: BLE001 - a check may come from a plugin; what it raises is no verdict
        return CheckResult.abstain(check.type, f"the check failed: {type(error).__name__}: {error}")
    return _sound(check, result)


def _sound(check: Check, result: object) -> CheckResult:
    """The result of a check, or an abstention where a plugin's check gave something else."""
    if not isinstance(result, CheckResult):
        return CheckResult.abstain(check.type, "the check failed: it gave no result")
    if result.passed is None:
        return replace(result, score=None)
    if result.score is None or not 0 <= result.score <= 1:
        return CheckResult.abstain(check.type, f"the check failed: its score {result.score} is not between 0 and 1")
    return result
