"""Scores of a named metric: counted as they come, the same as all of them gathered."""

from __future__ import annotations

from collections import defaultdict
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.evaluation import CheckResult
from synterm.evaluate.scores import Scores
from synterm.evaluate.statistics import wilson

ROOTS = (0, 1, 0, 3, 3, 1)
"""Six cases of three roots."""


@given(st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 8)), max_size=40))
def test_they_are_what_one_would_count_by_hand(found: list[tuple[int, int | None]]) -> None:
    scores, by_root = Scores(), defaultdict[int, list[float]](list)
    for case, eighths in found:
        score = None if eighths is None else eighths / 8
        scores.add(case, CheckResult("x", None if score is None else score > 0.5, score, ""))
        if score is not None:
            by_root[ROOTS[case]].append(score)
    given = [score for found in by_root.values() for score in found]
    assert scores.n == len(given)
    assert scores.passed == sum(score > 0.5 for score in given)
    assert scores.mean == (fsum(given) / len(given) if given else None)
    means = [fsum(found) / len(found) for found in by_root.values()]
    expected = wilson(fsum(means), len(means)) if means else None
    assert scores.interval(ROOTS) == (pytest.approx(expected) if expected else None)


def test_rounding_never_makes_more_than_all_of_it() -> None:
    scores = Scores()
    for case in range(1000):
        for _ in range(3):
            scores.add(case, CheckResult("x", True, 1.0, ""))
    assert scores.interval(range(1000)) == wilson(1000, 1000)
