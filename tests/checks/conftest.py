from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from synterm.checks.base import Answer
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult

AnswerOf = Callable[..., Answer]
Ask = Callable[..., CheckResult]


@pytest.fixture(scope="session")
def answer_of() -> AnswerOf:
    """An answer of a model, as the checks get it."""

    def make(text: str, expected: Any = None, **completion: Any) -> Answer:
        outcome = completion.pop("outcome", Outcome.COMPLETE)
        case = Case(scenario_id="scenario", input={"message": "hello"}, expected=expected)
        return Answer(Completion(outcome, text, **completion), case)

    return make


@pytest.fixture(scope="session")
def ask(answer_of: AnswerOf) -> Ask:
    """What one check, by its configuration, finds in an answer."""

    def find(config: dict[str, Any], text: str, expected: Any = None, **completion: Any) -> CheckResult:
        results, _, _ = judge([load_check(config)], answer_of(text, expected, **completion))
        return results[-1]

    return find
