"""Gates on means: of scores, and of a named metric."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum
from typing import Any, cast

from synterm.core.gate import Gate, decimal
from synterm.core.tree import CheckConfig
from synterm.evaluate.gates.scope import ROUNDING, Found, Scope, state_of
from synterm.evaluate.scores import Scores
from synterm.text import plural


def score(gate: Gate, scope: Scope) -> Found:
    """Whether the mean score is high enough. A score that is missing may be anything from 0 to 1."""
    scores = scope.column.figures.scores
    known = scope.values(scores, judged=True)
    shown = scope.values(scores)
    return _mean(gate.min_score or 0.0, fsum(known), len(known), scope.total, (fsum(shown), len(shown)))


def metric(gate: Gate, scope: Scope) -> Found:
    """Whether the mean of the metric that checks name is high enough."""
    wanted = gate.min_metric
    if wanted is None:
        raise ValueError("a gate of another kind")
    scores = scope.column.metrics.get(wanted.name) or Scores()
    total, count = scores.over(scope.cases)
    expected = _expected(wanted.name, scope)
    if not count and not expected:
        return Found("open", wanted.at_least, None, "no scores", f"no check here names the metric {wanted.name}")
    return _mean(wanted.at_least, total, count, max(expected, count), (total, count))


def _mean(limit: float, known: float, count: int, expected: int, shown: tuple[float, int]) -> Found:
    missing = max(expected - count, 0)
    if not expected:
        return Found("open", limit, None, "no scores")
    floor = limit * expected - ROUNDING
    state = state_of(holds_at_worst=known >= floor, holds_at_best=known + missing >= floor)
    found = shown[0] / shown[1] if shown[1] else None
    finding = "no scores" if found is None else f"it is {decimal(round(found, 3))}, of {plural(shown[1], 'score')}"
    return Found(state, limit, found, finding, f"{plural(missing, 'score')} missing" if state == "open" else None)


def _expected(name: str, scope: Scope) -> int:
    """How many scores there would be if every check gave one in every evaluation; at most, where some were not made."""
    naming = [(_naming(name, checks), scope.sheet.cases([node.id])) for node, checks in scope.scenarios]
    made = sum(times * scope.column.tally(cases).made for times, cases in naming)
    return made + scope.missing * max((times for times, _ in naming), default=0)


def _naming(name: str, checks: Iterable[CheckConfig]) -> int:
    """How many of these checks name the metric, those in sets included."""
    count = 0
    for check in checks:
        count += check.get("metric") == name
        within: Any = check.get("assert")
        if isinstance(within, list | tuple):
            # What stands in a set was found to be checks before anything ran.
            count += _naming(name, cast("Iterable[CheckConfig]", within))
    return count
