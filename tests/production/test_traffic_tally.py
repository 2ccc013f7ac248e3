"""Shares of traffic, where kept calls stand for several."""

from __future__ import annotations

import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.statistics import wilson
from synterm.production.tally import Tally
from synterm.storage.inbox import Counted


def counted(calls: int, weight: float = 1.0, step: int | None = None) -> Counted:
    return Counted("placed", "s", "new", step, calls, calls * weight, calls * weight * weight)


def tally(*rows: Counted) -> Tally:
    found = Tally()
    for row in rows:
        found.add(row)
    return found


def test_without_sampling_it_is_the_score_interval() -> None:
    assert tally(counted(30)).share_of(tally(counted(30), counted(70))) == (0.3, wilson(30, 100))


def test_weights_that_are_all_the_same_say_no_more_than_the_calls() -> None:
    assert tally(counted(30, 20)).share_of(tally(counted(100, 20))) == (0.3, wilson(30, 100))


def test_a_share_counts_by_weight() -> None:
    found = tally(counted(10, 10)).share_of(tally(counted(10, 10), counted(100)))
    assert found is not None
    assert found[0] == 0.5
    low, high = found[1]
    narrow = wilson(55, 110)
    assert low < narrow[0] and high > narrow[1], "ten calls that stand for a hundred tell less than a hundred"


def test_nothing_is_no_share() -> None:
    assert Tally().share_of(Tally()) is None
    assert tally(counted(0)).share_of(tally(counted(8))) == (0.0, wilson(0, 8))
    whole = tally(counted(8))
    assert whole.share_of(whole) == (1.0, wilson(8, 8))


@given(
    st.lists(st.tuples(st.integers(1, 50), st.sampled_from([1.0, 2.0, 20.0, 100.0])), min_size=1, max_size=6),
    st.integers(0, 6),
)
def test_a_share_lies_in_its_interval(rows: list[tuple[int, float]], cut: int) -> None:
    whole = tally(*(counted(*row) for row in rows))
    found = tally(*(counted(*row) for row in rows[:cut])).share_of(whole)
    assert found is not None
    low, high = found[1]
    assert 0 <= low <= found[0] + 1e-9 and found[0] - 1e-9 <= high <= 1


def test_intervals_hold_the_truth_where_one_half_was_sampled() -> None:
    """95 of 100 intervals, within what chance allows: 3 deviations of 400 tries."""
    rnd, held, truth = random.Random(7), 0, 0.2
    for _ in range(400):
        rows = [counted(sum(rnd.random() < keep for _ in range(n)), 1 / keep) for n, keep in _population(truth)]
        part, whole = tally(*rows[:2]), tally(*rows)
        found = part.share_of(whole)
        assert found is not None
        held += found[1][0] <= truth <= found[1][1]
    assert held / 400 > 0.95 - 3 * sqrt(0.95 * 0.05 / 400)


def _population(truth: float) -> list[tuple[int, float]]:
    """How many calls there are, and which share is kept: of the meant ones, then of the others; half kept at 1 in 5."""
    n = 4000
    meant, others = int(n * truth), int(n * (1 - truth))
    return [(meant // 2, 1.0), (meant // 2, 0.2), (others // 2, 1.0), (others // 2, 0.2)]


@pytest.mark.parametrize(
    ("steps", "median"), [([], None), ([31], 0.31), ([10, 90, 92], 0.9), ([99] * 3 + [0] * 2, 0.99)]
)
def test_the_middle_confidence(steps: list[int], median: float | None) -> None:
    assert tally(*(counted(1, step=step) for step in steps)).median == median


def test_low_confidences_are_counted() -> None:
    assert tally(*(counted(1, step=step) for step in (0, 49, 50, 99))).below(0.5) == 2
