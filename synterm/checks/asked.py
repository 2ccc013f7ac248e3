"""Asking one check: whatever it does, there is a result."""

from __future__ import annotations

from dataclasses import replace

from synterm.checks.base import Answer, Check
from synterm.core.evaluation import CheckResult
from synterm.errors import SyntermError
from synterm.plugins import failed


def asked(check: Check, answer: Answer) -> CheckResult:
    """What a check finds, under its metric; an abstention, with the reason, where it can't or mustn't judge.

    It is taken from the answer's `grades` where the check has judged the same before and that was not for nothing.
    """
    result = _graded(check, answer) if answer.grades is not None and check.costs else _result(check, answer)
    return result if result.metric == check.metric else replace(result, metric=check.metric)


def _graded(check: Check, answer: Answer) -> CheckResult:
    assert answer.grades is not None, "only answers with grades come here"
    key = check.grader_key(answer)
    found = answer.grades.lookup(key)
    if found is None:
        found = _result(check, answer)
        if found.passed is not None:
            answer.grades.add(key, found)
    return found


def _result(check: Check, answer: Answer) -> CheckResult:
    try:
        result = check.judge(answer)
    except SyntermError as error:
        return CheckResult.abstain(check.type, f"{error}; {error.hint}" if error.hint else str(error))
    except Exception as error:  # noqa: BLE001 - a check may come from a plugin; what it raises is no verdict
        return CheckResult.abstain(check.type, f"the check failed: {failed(check, error)}")
    return _sound(check, result)


def _sound(check: Check, result: object) -> CheckResult:
    """The result of a check, or an abstention where a plugin's check gave something else."""
    if not isinstance(result, CheckResult):
        return CheckResult.abstain(check.type, "the check failed: it gave no result")
    if result.passed is None:
        return result if result.score is None else replace(result, score=None)
    if result.score is None or not 0 <= result.score <= 1:
        return CheckResult.abstain(check.type, f"the check failed: its score {result.score} is not between 0 and 1")
    return result
