"""Several checks that count as one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from math import fsum
from operator import is_
from typing import Any, cast

from pydantic import Field, PrivateAttr, model_validator

from synterm.checks.asked import asked
from synterm.checks.base import Answer, Check, Example
from synterm.checks.question import Question
from synterm.core.evaluation import CheckResult
from synterm.core.problems import InvalidError, Problem
from synterm.core.request import Constraint
from synterm.core.tree import CheckConfig
from synterm.text import one_line, plural

MAX_DEPTH = 4
"""How deep sets may stand in sets."""
_ROUNDING = 1e-9
"""What a mean may fall short of the threshold by rounding."""
_Judged = Sequence[tuple[float, CheckResult]]
"""Weights and results of the checks that count."""


class AssertSet(Check):
    """Several checks that count as one; its score is the weighted mean of theirs.

    All must pass; with a `threshold` it is enough that the score reaches it. A check that can't judge keeps the set
    from a verdict, unless the others have decided it already. Checks of weight 0 are shown and count for nothing. With
    a `metric` the set has a name, and reports sum its scores up under it.
    """

    type = "assert-set"
    example = Example(
        {
            "metric": "polite",
            "threshold": 0.5,
            "assert": [{"type": "icontains", "value": "please"}, {"type": "not-icontains", "value": "at once"}],
        },
        "Send it at once, please.",
        True,
        '0.50, needs 0.5; fails: not-icontains (negated: contains "at once")',
        score=0.5,
    )

    members: tuple[CheckConfig, ...] = Field(alias="assert", min_length=1)
    """The checks, each as it would stand by itself; also further sets."""
    threshold: float | None = Field(default=None, ge=0, le=1)
    """The lowest score that passes; without it every check must pass."""
    _checks: tuple[Check, ...] = PrivateAttr()

    @model_validator(mode="after")
    def _ready(self) -> AssertSet:
        if _depth(self.members) > MAX_DEPTH:
            raise ValueError(f"holds sets in sets more than {MAX_DEPTH} deep")
        self._checks = _load(self.members)
        if not any(check.weight for check in self._checks):
            raise ValueError("all its checks have the weight 0, so nothing would decide")
        return self

    @property
    def judges(self) -> Collection[str]:
        """Those of all its checks."""
        return [name for check in self._checks for name in check.judges]

    def questions(self, answer: Answer) -> Sequence[Question]:
        """Those of all its checks."""
        return [question for check in self._checks for question in check.questions(answer)]

    @property
    def needs_expected(self) -> bool:
        return any(check.needs_expected for check in self._checks)

    def unexpecting(self) -> Check | None:
        """The set of those of its checks that can judge there; None where nothing would decide."""
        return self._with(check.unexpecting() for check in self._checks)

    def fitting(self, fits: Callable[[Check], bool]) -> Check | None:
        return self._with(check.fitting(fits) for check in self._checks)

    def _with(self, forms: Iterable[Check | None]) -> Check | None:
        kept = tuple(form for form in forms if form is not None)
        if not any(check.weight for check in kept):
            return None
        if len(kept) == len(self._checks) and all(map(is_, kept, self._checks)):
            return self
        copy = self.model_copy()
        copy._checks = kept
        return copy

    def warm(self) -> None:
        for check in self._checks:
            check.warm()

    def parts(self) -> Iterable[Check]:
        return tuple(part for check in self._checks for part in check.parts())

    def constraint(self) -> Constraint | None:
        return next((held for check in self._checks if (held := check.constraint())), None)

    def judge(self, answer: Answer) -> CheckResult:
        found = tuple(asked(check, answer) for check in self._checks)
        if not self.weight:
            found = tuple(map(_uncounted, found))
        judged = [(check.weight, result) for check, result in zip(self._checks, found, strict=True) if check.weight]
        passed, score = self._decide(judged)
        if passed is None:
            why = next(result for _, result in judged if result.passed is None)
            return CheckResult(self.type, None, None, "", f"{_name(why)}: {why.error}", parts=found)
        label = next((result for result in found if result.type == "label"), None)
        return CheckResult(
            self.type,
            passed,
            score,
            self._reason(judged, score),
            label=label.label if label else None,
            expected_label=label.expected_label if label else None,
            parts=found,
        )

    def _decide(self, judged: _Judged) -> tuple[bool | None, float]:
        """Whether it passes, as far as that is decided, and the mean of the scores that were given."""
        total = fsum(weight for weight, _ in judged)
        gained = fsum(weight * (result.score or 0.0) for weight, result in judged)
        open_ = fsum(weight for weight, result in judged if result.passed is None)
        score = min(1.0, gained / (total - open_)) if open_ < total else 0.0
        if self.threshold is None:
            verdicts = [result.passed for _, result in judged]
            return (False if False in verdicts else None if None in verdicts else True), score
        # At best each check that could not judge would have given 1, at worst 0.
        if gained / total >= self.threshold - _ROUNDING:
            return True, score
        return (False if (gained + open_) / total < self.threshold - _ROUNDING else None), score

    def _reason(self, judged: _Judged, score: float) -> str:
        failed = [f"{_name(one)} ({one_line(one.reason, 100)})" for _, one in judged if one.passed is False]
        fails = f"fails: {', '.join(failed)}" if failed else f"{plural(len(judged), 'check')} passed"
        if self.threshold is not None:
            return f"{score:.2f}, needs {self.threshold:g}; {fails}"
        return f"{len(failed)} of {len(judged)} {fails}" if failed else fails


def _uncounted(found: CheckResult) -> CheckResult:
    """Without what several judgements of a model agreed on: one that counts for nothing makes no verdict unsteady."""
    if not found.agreements:
        return found
    return replace(found, agreed=None, parts=tuple(map(_uncounted, found.parts)))


def _name(found: CheckResult) -> str:
    return found.metric or found.type


def _load(configs: Sequence[CheckConfig]) -> tuple[Check, ...]:
    """The checks. Raises InvalidError with the problems of all of them."""
    from synterm.checks.registry import load_check

    checks: list[Check] = []
    problems: list[Problem] = []
    hint: str | None = None
    for index, config in enumerate(configs):
        try:
            checks.append(load_check(config))
        except InvalidError as error:
            problems += [problem.below("assert", index) for problem in error.problems]
            hint = hint or error.hint
    if problems:
        raise InvalidError(problems, where=f"check {AssertSet.type}", hint=hint)
    return tuple(checks)


def _depth(members: Sequence[CheckConfig]) -> int:
    """How deep sets stand in sets; stops where it is too deep, so that no hostile nesting is followed to its end."""
    depth, level = 0, list(members)
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [inner for config in level for inner in _members(config)]
    return depth


def _members(config: CheckConfig) -> list[CheckConfig]:
    inner: Any = config.get("assert")
    if not isinstance(inner, list | tuple):
        return []
    return [one for one in cast("Sequence[Any]", inner) if isinstance(one, dict)]
