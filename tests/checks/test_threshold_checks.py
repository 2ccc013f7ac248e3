from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from synterm.checks.registry import load_check
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

Ask = Callable[..., CheckResult]


@pytest.mark.parametrize(
    ("taken", "passed", "reason"),
    [
        (499.0, True, "499 ms"),
        (500.0, True, "500 ms"),
        (500.4, False, "500.4 ms, over 500 ms"),
        (12345.0, False, "12,345 ms, over 500 ms"),
    ],
)
def test_latency_is_held_against_its_threshold(ask: Ask, taken: float, passed: bool, reason: str) -> None:
    result = ask({"type": "latency", "threshold": 500}, "x", latency_ms=taken)
    assert (result.passed, result.reason) == (passed, reason)


def test_a_cached_answer_counts_with_the_time_it_took(ask: Ask) -> None:
    assert ask({"type": "latency", "threshold": 500}, "x", latency_ms=900.0, cached=True).passed is False


@pytest.mark.parametrize(
    ("spent", "passed", "reason"), [(0.0, True, "$0"), (0.01, True, "$0.01"), (0.0125, False, "$0.0125, over $0.01")]
)
def test_cost_is_held_against_its_threshold(ask: Ask, spent: float, passed: bool, reason: str) -> None:
    result = ask({"type": "cost", "threshold": 0.01}, "x", cost_usd=spent)
    assert (result.passed, result.reason) == (passed, reason)


@pytest.mark.parametrize("kind", ["latency", "not-latency", "cost", "not-cost"])
def test_what_is_unknown_is_not_judged(ask: Ask, kind: str) -> None:
    result = ask({"type": kind, "threshold": 1}, "x")
    assert (result.passed, result.score) == (None, None)
    assert "unknown" in (result.error or "")


@pytest.mark.parametrize("threshold", [-1, "fast", None, math.inf, math.nan])
@pytest.mark.parametrize("kind", ["latency", "cost"])
def test_a_threshold_that_is_no_limit_is_refused(kind: str, threshold: Any) -> None:
    with pytest.raises(InputError, match="threshold: must be"):
        load_check({"type": kind, "threshold": threshold})
