"""``not-`` before a type: passes where the check fails, and fails where it passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from synterm.checks.base import Answer, Check
from synterm.core.check_types import NOT as NOT
from synterm.core.evaluation import CheckResult
from synterm.core.request import Constraint


def negated(check_class: type[Check]) -> type[Check]:
    """The opposite of a check, with the same fields. What can't be judged stays so: no error turns into a pass."""
    base: Any = check_class

    class Negated(base):
        __doc__ = f"Not: {check_class.__doc__}"
        type = NOT + check_class.type

        def judge(self, answer: Answer) -> CheckResult:
            return _flip(check_class.judge(self, answer))

        def unexpecting(self) -> Check | None:
            return None if self.needs_expected else self

        def fitting(self, fits: Callable[[Check], bool]) -> Check | None:
            # Not all of them would be another thing than not some of them.
            return Check.fitting(self, fits)

        def constraint(self) -> Constraint | None:
            return None

    return Negated


def _flip(result: CheckResult) -> CheckResult:
    if result.passed is None:
        return result
    return CheckResult(
        result.type,
        not result.passed,
        None if result.score is None else 1 - result.score,
        f"negated: {result.reason}",
        None,
        result.label,
        result.expected_label,
        result.metric,
        result.parts,
        result.judge,
        None if result.agreed is None else 1 - result.agreed,
    )
