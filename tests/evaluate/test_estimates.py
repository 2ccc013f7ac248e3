"""Estimates from repeated tries, against all that can happen, and against draws whose truth is known."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from math import comb
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.estimates import mean_interval, pass_at, pass_hat, student

TRIES = st.lists(st.booleans(), min_size=1, max_size=9).flatmap(
    lambda tries: st.tuples(st.just(tries), st.integers(1, len(tries)))
)


@given(TRIES)
def test_the_chances_are_the_shares_of_all_choices_of_k_tries(drawn: tuple[list[bool], int]) -> None:
    tries, k = drawn
    choices = list(combinations(tries, k))
    assert pass_at(len(tries), sum(tries), k) == pytest.approx(fmean(any(one) for one in choices))
    assert pass_hat(len(tries), sum(tries), k) == pytest.approx(fmean(all(one) for one in choices))


@pytest.mark.parametrize("chance", [Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)])
@pytest.mark.parametrize(("n", "k"), [(2, 1), (2, 2), (5, 3), (10, 4)])
def test_they_have_no_bias(n: int, k: int, chance: Fraction) -> None:
    def expected(estimate: Callable[[int, int, int], float]) -> float:
        return float(
            sum(comb(n, c) * chance**c * (1 - chance) ** (n - c) * Fraction(estimate(n, c, k)) for c in range(n + 1))
        )

    assert expected(pass_at) == pytest.approx(float(1 - (1 - chance) ** k))
    assert expected(pass_hat) == pytest.approx(float(chance**k))


@pytest.mark.parametrize(("n", "passed", "k"), [(2, 1, 3), (2, 3, 1), (2, -1, 1), (2, 1, 0)])
def test_counts_that_can_not_be_are_refused(n: int, passed: int, k: int) -> None:
    for estimate in (pass_at, pass_hat):
        with pytest.raises(ValueError):
            estimate(n, passed, k)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    # A table of Student's t, as R's qt(0.975, df) prints it.
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (10, 2.2281), (30, 2.0423), (1000, 1.9623)],
)
def test_quantiles_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert student(0.975, freedom) == pytest.approx(quantile, rel=2e-3)


@pytest.mark.parametrize(("share", "quantile"), [(0.99, 4.5407), (0.9, 1.6377), (0.5, 0.0)])
def test_other_shares_too(share: float, quantile: float) -> None:
    assert student(share, 3) == pytest.approx(quantile, rel=9e-3, abs=1e-9)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_lies_around_the_mean_within_bounds(values: list[float]) -> None:
    found = mean_interval(values)
    assert found
    assert 0 <= found[0] <= fmean(values) + 1e-12
    assert fmean(values) - 1e-12 <= found[1] <= 1


def test_equal_values_are_no_certainty() -> None:
    assert mean_interval([]) is None
    low, high = mean_interval([1.0] * 10) or (0, 0)
    assert (low, high) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    low, high = mean_interval([0.5]) or (0, 0)
    assert low < 0.1 and high > 0.9


@pytest.mark.parametrize("values", [[-0.1, 0.5], [0.5, 1.1]])
def test_values_that_can_not_be_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError):
        mean_interval(values)


@pytest.mark.parametrize("roots", [5, 20, 60])
@pytest.mark.parametrize("good", [0.3, 0.7])
def test_intervals_over_roots_cover_the_truth_where_those_over_cases_do_not(roots: int, good: float) -> None:
    """Roots are good or bad through and through, with scores about 0.8 or 0.3, and have five variations each."""
    source, truth, runs = random.Random(f"{roots} {good}"), 0.8 * good + 0.3 * (1 - good), 600
    covered = naive = 0
    for _ in range(runs):
        centers = [0.8 if source.random() < good else 0.3 for _ in range(roots)]
        scores = [[min(max(source.gauss(center, 0.1), 0.0), 1.0) for _ in range(5)] for center in centers]
        low, high = mean_interval([fmean(each) for each in scores]) or (0, 0)
        covered += low <= truth <= high
        low, high = mean_interval([score for each in scores for score in each]) or (0, 0)
        naive += low <= truth <= high
    assert covered / runs > (0.9 if roots > 5 else 0.8)
    assert naive / runs < 0.75
