"""What the checks of today say about an answer, as far as that asks nobody and costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.checks.base import Answer, Check
from synterm.checks.judge import judge
from synterm.checks.label import Label
from synterm.core.case import Case, value_text
from synterm.core.completion import Completion, Outcome
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist

NOT_OF_TEXT = frozenset(("latency", "cost"))
"""Checks that judge the call, not what was said: an answer that came late is no wrong answer."""


class Judging:
    """The checks of a project's scenarios that judge a text alone."""

    def __init__(self, checklist: Checklist, tools: Sequence[Any] = ()) -> None:
        self._checklist = checklist
        self._tools = tools
        self._free: dict[str, tuple[Check, ...]] = {}
        self._labels: dict[tuple[str, str], tuple[Label, str] | None] = {}

    def accepts(self, case: Case, text: str, finish_reason: str | None = None) -> tuple[bool | None, str]:
        """Whether an answer passes, and the first reason: False when any check fails it, None where none can say."""
        completion = Completion(Outcome.COMPLETE, text, finish_reason)
        results, _, _ = judge(self._free_of(case.scenario_id), Answer(completion, case, tools=self._tools))
        failed = next((result.reason for result in results if result.passed is False), None)
        if failed is not None:
            return False, failed
        passed = next((result.reason for result in results if result.passed), None)
        return (None, "") if passed is None else (True, passed)

    def all_free(self, scenario_id: str) -> bool:
        """Whether no check of a scenario is left out here: then what these say is the verdict."""
        counted = [check for check in self._checklist.of(scenario_id) if check.weight]
        return bool(counted) and len(self._free_of(scenario_id)) == len(counted)

    def parts(self, scenario_id: str) -> Sequence[Check]:
        """All checks of a scenario, those of sets in place of the sets."""
        return self._checklist.parts(scenario_id)

    def label(self, case: Case) -> tuple[Label, str] | None:
        """The label that a case expects, in the spelling of the check that knows it, with that check."""
        if case.expected is None:
            return None
        key = (case.scenario_id, value_text(case.expected))
        if key not in self._labels:
            self._labels[key] = self._read_label(case)
        return self._labels[key]

    def _read_label(self, case: Case) -> tuple[Label, str] | None:
        blank = Answer(Completion(Outcome.COMPLETE, ""), case)
        for part in self.parts(case.scenario_id):
            if type(part) is not Label:
                continue
            try:
                expected = part.judge(blank).expected_label
            except InputError:  # the case expects none of its labels: another check may know it
                continue
            if expected:
                return part, expected
        return None

    def _free_of(self, scenario_id: str) -> tuple[Check, ...]:
        if scenario_id not in self._free:
            checks = self._checklist.of(scenario_id)
            self._free[scenario_id] = tuple(check for check in checks if check.weight and _is_free(check))
        return self._free[scenario_id]


def _is_free(check: Check) -> bool:
    parts = [*check.parts()]
    return not check.asks and not any(
        part.asks or part.costs or part.type.removeprefix("not-") in NOT_OF_TEXT for part in (check, *parts)
    )
