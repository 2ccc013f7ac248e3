"""One answer on its way to a verdict: what is asked at once, what a thread or a model is asked, and for how long."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as LateError
from dataclasses import dataclass
from typing import Any

from synterm.checks.base import Check, Fact
from synterm.checks.judge import UNWELL, sum_up
from synterm.core.case import Case, value_text
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.core.guarding import GuardCheck
from synterm.errors import InputError
from synterm.text import one_line, storable

INPUT = "input"
"""The name of an input that is one text."""
_LONGEST_REASON = 500

_CASE = Case(scenario_id="guard", input={})

Judged = tuple[CheckResult, float]
"""What a check found, and how many milliseconds it took."""

KNOWN: dict[tuple[bool, bool], frozenset[Fact]] = {
    (False, False): frozenset(),
    (True, False): frozenset(("input",)),
    (False, True): frozenset(("expected",)),
    (True, True): frozenset(("input", "expected")),
}
"""What is known of an answer, by whether its input and its expected result are."""


@dataclass(slots=True)
class Found:
    """What a check found."""

    check: Check
    result: CheckResult
    took_ms: float

    def told(self) -> GuardCheck:
        """The same, for the verdict."""
        found = self.result
        return GuardCheck(
            type=found.type,
            passed=found.passed,
            score=found.score,
            reason=one_line(found.reason, _LONGEST_REASON),
            error=None if found.error is None else one_line(found.error, _LONGEST_REASON),
            label=found.label,
            took_ms=round(self.took_ms, 3),
        )


class Wait:
    """A check that is asked elsewhere, and how long it is waited for."""

    def __init__(self, check: Check, future: Future[Judged], until: float, budget: str) -> None:
        """`until` is a time of `time.perf_counter`, `budget` what that comes from, in words."""
        self._check = check
        self._future = future
        self._until = until
        self._budget = budget

    def found(self) -> Found:
        """What came of it, at the latest when its time is over."""
        began = time.perf_counter()
        try:
            return Found(self._check, *self._future.result(max(self._until - began, 0.0)))
        except Exception as error:  # noqa: BLE001 - whatever happened to it, there is no verdict
            return self._without(error, began)

    async def afound(self) -> Found:
        """The same, while the event loop runs on. Cancelled, it is not judged where that was not begun."""
        began = time.perf_counter()
        if self._future.done():
            return self.found()
        try:
            async with asyncio.timeout(max(self._until - began, 0.0)):
                return Found(self._check, *await asyncio.wrap_future(self._future))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            return self._without(CancelledError(), began)
        except Exception as error:  # noqa: BLE001 - whatever happened to it, there is no verdict
            return self._without(error, began)

    def _without(self, error: Exception, began: float) -> Found:
        took_ms = (time.perf_counter() - began) * 1000
        if isinstance(error, LateError | TimeoutError):
            said = f"over its budget of {self._budget}"
            if self._future.cancel() and not self._check.asks:
                said += " before its turn came: all threads of the guard are busy"
        elif isinstance(error, CancelledError):
            said = "the guard was closed meanwhile"
        else:
            said = f"the check failed: {type(error).__name__}: {error}"
        return Found(self._check, CheckResult.abstain(self._check.type, said), took_ms)


def late(check: Check, budget: str) -> Found:
    """No verdict, because there was no time left to ask."""
    return Found(check, CheckResult.abstain(check.type, f"over its budget of {budget}"), 0.0)


def text_of(output: object) -> str:
    """The answer as text; a JSON value as JSON. Raises InputError where it is none of that."""
    if isinstance(output, str):
        return storable(output)
    if isinstance(output, dict | list):
        try:
            return value_text(output)  # pyright: ignore[reportUnknownArgumentType]
        except TypeError as error:
            raise InputError(f"the output is not plain JSON: {error}") from error
    raise InputError(f"the output must be text, not {type(output).__name__}")


def values_of(given: object) -> dict[str, Any] | None:
    """The input as named values; None where it is not known. Raises InputError where it is none."""
    if given is None:
        return None
    if isinstance(given, str):
        return {INPUT: storable(given)}
    if isinstance(given, Mapping):
        return {str(name): value for name, value in given.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    raise InputError(f"the input must be text or named values, not {type(given).__name__}")


def case_of(values: dict[str, Any] | None, expected: Any, name: str) -> Case:
    """The case that is answered. A copy: to make one anew for each answer took longer than to judge it."""
    return _CASE.model_copy(update={"id": name, "root_id": name, "input": values or {}, "expected": expected})


def completion_of(text: str) -> Completion:
    """The answer, as checks look at it."""
    return Completion(Outcome.COMPLETE if text.strip() else Outcome.EMPTY, text)


def concluded(
    completion: Completion, found: Sequence[Found], skipped: Sequence[GuardCheck]
) -> tuple[bool | None, str, list[GuardCheck]]:
    """Whether an answer passed, as a run would say it; why, in one line; and what each check found."""
    told = [one.told() for one in found]
    counted = [(weight, one.result) for one in found if (weight := one.check.weight)]
    unwell = UNWELL.get(completion.outcome)
    if unwell is not None and found:
        return False, unwell, [GuardCheck(type="outcome", passed=False, score=0.0, reason=unwell), *told]
    passed, _ = sum_up(counted)
    if passed:
        return True, "", told
    if passed is False:
        reason = next(result.reason for _, result in counted if result.passed is False)
    else:
        unsure = (f"{one.type}: {one.error}" for _, one in counted if one.passed is None)
        reason = next(unsure, f"no check judges it: {_why_not(skipped)}")
    return passed, one_line(reason, _LONGEST_REASON), told


def _why_not(skipped: Sequence[GuardCheck]) -> str:
    return "; ".join(f"{one.type} {one.skipped}" for one in skipped) or "none of them counts"
