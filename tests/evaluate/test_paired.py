"""Statistics of differences between pairs, held against SciPy's and against what was published."""

from __future__ import annotations

import random
from itertools import product
from math import comb, fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from synterm.evaluate.paired import detectable, mean_difference, rate_interval, turned
from synterm.evaluate.statistics import adjust, mcnemar_exact

DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, -0.25, 0.0, 0.0, 0.1, 0.5, 1.0]), min_size=1, max_size=40)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(st.integers(0, 3000), st.integers(0, 3000))
@settings(max_examples=60)
def test_exact_mcnemar_is_the_binomial_test(up: int, down: int) -> None:
    expected = stats.binomtest(up, up + down, 0.5).pvalue if up + down else 1.0
    assert mcnemar_exact(up, down) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("up", "down"), [(500, 501), (480, 521), (200_500, 199_000), (50_000, 50_000), (1_200, 0)])
def test_many_changed_pairs_come_to_the_same(up: int, down: int) -> None:
    assert mcnemar_exact(up, down) == pytest.approx(stats.binomtest(up, up + down, 0.5).pvalue, rel=1e-7)


@given(P_VALUES)
def test_adjusted_p_values_are_those_of_scipy(p_values: list[float]) -> None:
    assert adjust(p_values) == pytest.approx(stats.false_discovery_control(p_values), rel=1e-12, abs=1e-300)


@given(P_VALUES)
def test_an_adjusted_p_value_is_no_less_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = adjust(p_values)
    assert all(p_value <= one <= 1 for p_value, one in zip(p_values, adjusted, strict=True))
    ordered = sorted(zip(p_values, adjusted, strict=True))
    assert [one for _, one in ordered] == sorted(adjusted)
    assert adjust(p_values[::-1]) == adjusted[::-1]


def test_one_question_needs_no_adjustment() -> None:
    assert adjust([0.03]) == [0.03]
    assert adjust([]) == []


def flips(differences: list[float]) -> float:
    """Fisher's randomization test, by trying every way to flip the signs."""
    seen = fsum(differences)
    sums = [fsum(sign * one for sign, one in zip(signs, differences, strict=True))
            for signs in product((1, -1), repeat=len(differences))]  # fmt: skip
    tails = sum(one >= seen - 1e-9 for one in sums), sum(one <= seen + 1e-9 for one in sums)
    return min(1.0, 2 * min(tails) / len(sums))


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=9))
@settings(max_examples=40)
def test_for_few_pairs_the_p_value_is_that_of_all_flips(differences: list[float]) -> None:
    assert mean_difference(differences).p_value == pytest.approx(flips(differences))


def total(some: Any, axis: int) -> Any:
    return some.sum(axis=axis)


def test_it_is_the_permutation_test_of_scipy() -> None:
    chance = random.Random(3)
    for _ in range(5):
        differences = [round(chance.gauss(0.1, 0.3), 3) for _ in range(10)]
        oracle = stats.permutation_test((differences,), total, permutation_type="samples", n_resamples=10_000)
        assert mean_difference(differences).p_value == pytest.approx(oracle.pvalue)


@pytest.mark.parametrize("n", [30, 150, 200, 201, 2000])
def test_for_more_pairs_it_comes_near(n: int) -> None:
    chance = random.Random(n)
    differences = [chance.gauss(0.15 / n**0.5, 0.1) for _ in range(n)]
    found = mean_difference(differences)
    test: Any = stats.ttest_1samp(differences, 0.0)
    ends = test.confidence_interval(0.95)
    assert found.p_value == pytest.approx(test.pvalue, abs=0.02)
    width = ends.high - ends.low
    assert found.interval == pytest.approx((ends.low, ends.high), abs=0.1 * width)


@given(DIFFERENCES)
@settings(max_examples=40)
def test_interval_and_p_value_agree_and_hold_the_mean(differences: list[float]) -> None:
    found = mean_difference(differences)
    low, high = found.interval
    assert -1 <= low <= found.mean <= high <= 1
    assert (found.p_value < 0.05) == (low > 0 or high < 0)
    assert found.mean == pytest.approx(fsum(differences) / len(differences))
    assert (found.up, found.down) == turned(differences)


@given(DIFFERENCES, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_neither_order_nor_direction_makes_a_difference(differences: list[float], chance: random.Random) -> None:
    found = mean_difference(differences)
    mirrored = mean_difference([-one for one in differences])
    assert mirrored.p_value == found.p_value
    assert (mirrored.mean, *mirrored.interval) == (-found.mean, -found.interval[1], -found.interval[0])
    chance.shuffle(differences)
    assert mean_difference(differences) == found


def test_many_pairs_of_which_few_differ_are_judged_by_those_few() -> None:
    assert mean_difference([0.5] * 5 + [0.0] * 5000).p_value == 2 / 2**5
    assert mean_difference([0.5] * 6 + [0.0] * 5000).p_value == 2 / 2**6
    assert mean_difference([0.0] * 5000).p_value == 1


def test_where_fewer_than_six_differ_nothing_is_known() -> None:
    assert mean_difference([0.1, 0.2, 0.3, 0.4, 0.5]).interval == (-1, 1)
    assert mean_difference([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]).interval[0] > 0


def test_no_differences_are_refused() -> None:
    with pytest.raises(ValueError):
        mean_difference([])


def test_the_interval_of_a_difference_of_rates_is_that_of_bonett_and_price() -> None:
    # By hand, from their formula: 12 rose, 3 fell, 40 stayed; (13 − 4) / 57 ± 1.96 √((17/57 − (9/57)²) / 57).
    low, high = rate_interval([1.0] * 12 + [-1.0] * 3 + [0.0] * 40) or (0, 0)
    assert (low, high) == pytest.approx((0.0222, 0.2935), abs=1e-3)
    assert rate_interval([]) is None
    assert rate_interval([0.0] * 3) == pytest.approx((-rate_interval([0.0] * 3)[1], rate_interval([0.0] * 3)[1]))  # pyright: ignore[reportOptionalSubscript]


@given(DIFFERENCES)
def test_the_interval_of_rates_holds_the_difference_and_is_mirrored(differences: list[float]) -> None:
    low, high = rate_interval(differences) or (0, 0)
    assert low - 1e-12 <= fsum(differences) / len(differences) <= high + 1e-12
    assert rate_interval([-one for one in differences]) == pytest.approx((-high, -low))


def power(n: int, up: float, down: float) -> float:
    """The chance that exact McNemar finds a difference, by adding up all outcomes."""
    total = 0.0
    for rose in range(n + 1):
        for fell in range(n + 1 - rose):
            if mcnemar_exact(rose, fell) < 0.05:
                ways = comb(n, rose) * comb(n - rose, fell)
                total += ways * up**rose * down**fell * (1 - up - down) ** (n - rose - fell)
    return total


@pytest.mark.parametrize(("n", "changed"), [(8, 0), (20, 6), (50, 10), (80, 30)])
def test_the_detectable_difference_is_found_four_times_out_of_five(n: int, changed: int) -> None:
    difference = detectable(n, changed)
    assert difference is not None
    share = max(changed / n, difference)
    found = power(n, (share + difference) / 2, (share - difference) / 2)
    assert 0.75 < found < 0.97
    assert power(n, (share + difference * 0.6) / 2, (share - difference * 0.6) / 2) < 0.8


def test_more_cases_show_less_and_too_few_show_nothing() -> None:
    assert detectable(0, 0) is None and detectable(5, 5) is None
    shown = [detectable(n, n // 10) or 1 for n in (6, 20, 100, 1000, 100_000)]
    assert shown == sorted(shown, reverse=True)
