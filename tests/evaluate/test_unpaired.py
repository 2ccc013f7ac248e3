"""Statistics of rates of different data points, held against SciPy's and against what was published."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from synterm.evaluate.unpaired import (
    Rate,
    compare_rates,
    detectable,
    fisher_exact,
    more_needed,
    newcombe,
    p_value,
    rate_of,
)


@st.composite
def counts(draw: st.DrawFn, most: int = 400) -> tuple[int, int, int, int]:
    """Passes out of so many, twice."""
    before, after = draw(st.integers(0, most)), draw(st.integers(0, most))
    return draw(st.integers(0, before)), before, draw(st.integers(0, after)), after


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    """Passes in part, out of up to 300."""
    n = draw(st.integers(0, 300))
    return Rate(n * draw(st.floats(0, 1)), n)


def scipys(passed_before: int, before: int, passed_after: int, after: int) -> float:
    """Its p-value."""
    table = [[passed_before, before - passed_before], [passed_after, after - passed_after]]
    found: Any = stats.fisher_exact(table)
    return float(found[1])


@given(counts())
@settings(max_examples=300)
def test_fishers_test_is_that_of_scipy(found: tuple[int, int, int, int]) -> None:
    assert fisher_exact(*found) == pytest.approx(scipys(*found), rel=1e-7)


@pytest.mark.parametrize(
    "found", [(950, 1000, 930, 1000), (90_000, 100_000, 89_500, 100_000), (100, 106, 84_000, 100_000), (0, 9, 0, 9)]
)
def test_many_data_points_come_to_the_same(found: tuple[int, int, int, int]) -> None:
    assert fisher_exact(*found) == pytest.approx(scipys(*found), rel=1e-6)


@given(counts())
def test_neither_side_nor_what_is_counted_matters(found: tuple[int, int, int, int]) -> None:
    passed_before, before, passed_after, after = found
    assert fisher_exact(passed_after, after, passed_before, before) == pytest.approx(fisher_exact(*found), rel=1e-7)
    turned = fisher_exact(before - passed_before, before, after - passed_after, after)
    assert turned == pytest.approx(fisher_exact(*found), rel=1e-7)


@given(counts(60))
@settings(max_examples=60)
def test_newcombes_interval_is_made_of_wilsons(found: tuple[int, int, int, int]) -> None:
    passed_before, before, passed_after, after = found
    interval = newcombe(Rate(passed_before, before), Rate(passed_after, after))
    if not before or not after:
        assert interval is None
        return
    old, new = passed_before / before, passed_after / after
    first = stats.binomtest(passed_before, before).proportion_ci(method="wilson")
    second = stats.binomtest(passed_after, after).proportion_ci(method="wilson")
    low = new - old - sqrt((new - second.low) ** 2 + (first.high - old) ** 2)
    high = new - old + sqrt((second.high - new) ** 2 + (old - first.low) ** 2)
    assert interval == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # R. G. Newcombe (1998), table II, method 10.
        ((48, 80), (56, 70), (0.0524, 0.3339)),
        ((3, 10), (9, 10), (0.1705, 0.8090)),
        ((2, 7), (6, 7), (0.0582, 0.8062)),
        ((0, 29), (5, 56), (-0.0381, 0.1926)),
        ((0, 10), (10, 10), (0.6075, 1.0)),
    ],
)
def test_newcombes_own_examples(before: tuple[int, int], after: tuple[int, int], expected: tuple[float, float]) -> None:
    assert newcombe(Rate(*before), Rate(*after)) == pytest.approx(expected, abs=1e-4)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 50)), max_size=50))
def test_a_weighted_sample_never_tells_more_than_its_data_points(sample: list[tuple[float, float]]) -> None:
    shares, weights = [share for share, _ in sample], [weight for _, weight in sample]
    found = rate_of(shares, weights)
    assert 0 <= found.n <= len(sample)
    if sample:
        assert found.share == pytest.approx(sum(a * b for a, b in sample) / sum(weights))
        same = rate_of(shares, [7.0] * len(shares))
        assert (same.passed, same.n) == pytest.approx((sum(shares), len(shares)))


def test_a_weight_of_nothing_is_refused() -> None:
    for weights in ([0.0], [-1.0], [1.0, 1.0], [float("nan")]):
        with pytest.raises(ValueError, match="weight"):
            rate_of([1.0], weights)


@given(rates(), rates())
@settings(max_examples=300)
def test_a_part_of_a_pass_makes_no_difference_that_is_none(before: Rate, after: Rate) -> None:
    (found,) = compare_rates([(before, after)])
    assert found.p_value == found.p_adjusted == p_value(before, after)
    if found.verdict in ("better", "worse"):
        assert found.p_value < 0.05
        assert found.difference is not None
        assert (found.difference > 0) == (found.verdict == "better")
        assert found.more_needed is None
    if found.interval and found.difference is not None:
        assert found.interval[0] - 1e-9 <= found.difference <= found.interval[1] + 1e-9
    if not before.n or not after.n:
        assert found.verdict == "not enough evidence"


@given(st.lists(st.tuples(rates(), rates()), min_size=1, max_size=12))
def test_many_behaviors_are_adjusted_as_scipy_does(pairs: list[tuple[Rate, Rate]]) -> None:
    found = compare_rates(pairs)
    adjusted = stats.false_discovery_control([one.p_value for one in found])
    assert [one.p_adjusted for one in found] == pytest.approx(list(adjusted), rel=1e-9)
    assert all((one.p_adjusted < 0.05) == (one.verdict in ("better", "worse")) for one in found)


def test_the_verdicts() -> None:
    def verdict(before: tuple[int, int], after: tuple[int, int]) -> str:
        return compare_rates([(Rate(*before), Rate(*after))])[0].verdict

    assert verdict((96, 100), (70, 100)) == "worse"
    assert verdict((70, 100), (96, 100)) == "better"
    assert verdict((90, 100), (88, 100)) == "no difference found"
    assert verdict((3, 3), (2, 3)) == "not enough evidence"
    assert verdict((3, 3), (3, 3)) == "not enough evidence"
    assert verdict((3, 3), (90, 100)) == "not enough evidence"
    assert verdict((60, 60), (60, 60)) == "no difference found"
    # Few failed, of many: that says a lot, though no split of them would be a difference.
    assert verdict((1000, 1000), (999, 1000)) == "no difference found"


def test_what_is_said_to_be_needed_tells() -> None:
    before, after = Rate(95, 100), Rate(26, 30)
    more = more_needed(before, after)
    assert more
    assert p_value(before, Rate(26 / 30 * (30 + more), 30 + more)) < 0.05
    assert more_needed(Rate(95, 100), Rate(95, 100)) is None


def test_a_fall_that_is_said_to_show_is_seen_four_times_out_of_five() -> None:
    before, n = Rate(180, 200), 300
    fall = detectable(before, n)
    assert fall
    share, lower = 181 / 202, 181 / 202 - fall
    seen = sum(
        stats.binom.pmf(first, 200, share) * stats.binom.pmf(second, n, lower)
        for first in range(160, 201)
        for second in range(180, n + 1)
        if fisher_exact(first, 200, second, n) < 0.05
    )
    assert 0.77 < seen < 0.86


def test_no_more_false_alarms_than_said() -> None:
    share, before, after = 0.9, 60, 80
    wrong = sum(
        stats.binom.pmf(first, before, share) * stats.binom.pmf(second, after, share)
        for first in range(before + 1)
        for second in range(after + 1)
        if fisher_exact(first, before, second, after) < 0.05
    )
    assert wrong <= 0.05
