from __future__ import annotations

import statistics
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.statistics import mcnemar_exact, percentile, wilson

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_has_the_published_ends(passed: int, n: int, low: float, high: float) -> None:
    assert wilson(passed, n) == pytest.approx((low, high), abs=5e-5)


def test_nothing_is_known_without_data() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(COUNTS)
def test_the_interval_lies_within_bounds_around_the_rate(counts: tuple[int, int]) -> None:
    passed, n = counts
    low, high = wilson(passed, n)
    assert 0 <= low <= passed / n <= high <= 1
    assert (low == 0) == (passed == 0)
    assert (high == 1) == (passed == n)


@given(COUNTS)
def test_failures_are_counted_as_passes_are(counts: tuple[int, int]) -> None:
    passed, n = counts
    low, high = wilson(passed, n)
    assert wilson(n - passed, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(COUNTS)
def test_more_data_or_less_confidence_narrows_the_interval(counts: tuple[int, int]) -> None:
    passed, n = counts
    low, high = wilson(passed, n)
    for closer in (wilson(4 * passed, 4 * n), wilson(passed, n, confidence=0.8)):
        assert closer[1] - closer[0] < high - low


@given(COUNTS)
def test_one_more_pass_moves_the_interval_up(counts: tuple[int, int]) -> None:
    passed, n = counts
    before, after = wilson(passed, n + 1), wilson(passed + 1, n + 1)
    assert after[0] > before[0]
    assert after[1] >= before[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_shares_of_passes_are_counted_as_such(shares: list[float]) -> None:
    low, high = wilson(sum(shares), len(shares))
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize(("passed", "n", "confidence"), [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0), (1, 5, 0.0)])
def test_counts_that_can_not_be_are_refused(passed: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError):
        wilson(passed, n, confidence)


@pytest.mark.parametrize(
    ("fixed", "broken", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (9, 2, 0.06543),  # R package exact2x2, mcnemar.exact(matrix(c(21, 9, 2, 12), 2, 2))
        (3, 3, 1.0),
    ],
)
def test_the_p_value_of_known_tables(fixed: int, broken: int, p: float) -> None:
    assert mcnemar_exact(fixed, broken) == pytest.approx(p, abs=5e-6)


def by_counting(fixed: int, broken: int) -> Fraction:
    n = fixed + broken
    chances = [Fraction(comb(n, k), 2**n) for k in range(n + 1)]
    seen = chances[fixed]
    return sum((chance for chance in chances if chance <= seen), Fraction(0))


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_p_value_is_the_share_of_outcomes_at_least_as_uneven(fixed: int, broken: int) -> None:
    assert mcnemar_exact(fixed, broken) == pytest.approx(float(by_counting(fixed, broken)), rel=1e-12)


@given(st.integers(0, 2000), st.integers(0, 2000))
def test_it_makes_no_difference_which_way_is_called_fixed(fixed: int, broken: int) -> None:
    p = mcnemar_exact(fixed, broken)
    assert p == mcnemar_exact(broken, fixed)
    assert 0 <= p <= 1


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_more_uneven_split_of_as_many_is_stronger_evidence(fixed: int, broken: int) -> None:
    if fixed >= broken > 0:
        assert mcnemar_exact(fixed + 1, broken - 1) <= mcnemar_exact(fixed, broken)


def test_many_changed_pairs_are_counted_exactly() -> None:
    assert mcnemar_exact(10_000, 10_000) == 1.0
    assert 0 < mcnemar_exact(10_300, 9_700) < 1e-4
    assert mcnemar_exact(20_000, 0) == 0.0


@pytest.mark.parametrize(("fixed", "broken"), [(-1, 0), (0, -1)])
def test_negative_counts_are_refused(fixed: int, broken: int) -> None:
    with pytest.raises(ValueError):
        mcnemar_exact(fixed, broken)


def test_percentiles_are_interpolated() -> None:
    assert percentile([4, 1, 3, 2], 0.5) == 2.5
    assert percentile([7], 0.95) == 7
    assert percentile([1, 2], 0) == 1
    assert percentile([1, 2], 1) == 2
    assert percentile([], 0.5) is None


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40))
def test_percentiles_are_those_of_the_standard_library(values: list[float]) -> None:
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    assert percentile(values, 0.95) == pytest.approx(cuts[18], abs=1e-6)
    assert percentile(values, 0.5) == pytest.approx(statistics.median(values), abs=1e-6)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_can_not_be_is_refused(share: float) -> None:
    with pytest.raises(ValueError):
        percentile([1.0], share)
