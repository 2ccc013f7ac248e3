"""The share of uncovered traffic, corrected for what is misplaced."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.placing import OwnRate, PlacingReport
from synterm.production.estimates import uncovered_share


def report(covered: float, left_out: float, lineages: int = 200) -> PlacingReport:
    def rate(of: float) -> OwnRate:
        return OwnRate(rate=of, interval=(0.0, 1.0), cases=lineages, lineages=lineages)

    bare = PlacingReport(cases=lineages, used=lineages, lineages=lineages, behaviors=5, calibrated=True)
    return bare.model_copy(update={"right": rate(covered), "covered": rate(covered), "left_out": rate(left_out)})


def test_what_was_called_uncovered_by_mistake_is_taken_off() -> None:
    # Of 100 calls 10 are uncovered: 8 of them are found, and of the 90 others 18 are called so as well.
    found = uncovered_share(0.26, 100_000, report(0.8, 0.8))
    assert found is not None
    assert found.share[1] == pytest.approx(0.1) and found.share[0] == pytest.approx(0.06 / 0.8)
    assert found.interval[0] < found.share[0] < found.share[1] < found.interval[1]
    assert found.words == "found 26 %; corrected for misplacing 8 to 10 % (95 %: 0 to 18 %)"


def test_where_placing_tells_nothing_nothing_is_estimated() -> None:
    assert uncovered_share(0.3, 1000, report(0.5, 0.5)) is None
    assert uncovered_share(0.3, 0, report(0.9, 0.9)) is None
    assert uncovered_share(0.3, 1000, PlacingReport(cases=3, used=3, lineages=3, behaviors=1, calibrated=False)) is None


@given(
    st.floats(0, 1),
    st.integers(1, 100_000),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(1, 3000),
)
def test_shares_are_shares_and_lie_within_their_interval(
    found: float, number: int, covered: float, left_out: float, lineages: int
) -> None:
    estimate = uncovered_share(found, number, report(covered, left_out, lineages))
    if estimate is None:
        assert round(covered * lineages) + round(left_out * lineages) <= lineages
        return
    assert 0 <= estimate.interval[0] <= estimate.share[0] <= estimate.share[1] <= estimate.interval[1] <= 1
    assert estimate.found == found


@pytest.mark.parametrize(("true", "near"), [(0.1, 0.75), (0.3, 0.75), (0.6, 0.9), (0.02, 0.95)])
def test_nineteen_of_twenty_intervals_hold_the_true_share(true: float, near: float) -> None:
    """Whether uncovered traffic is as near to the cases as a behavior that is left out, or farther away."""
    dice = random.Random(7)
    kept, lineages, calls, hits = 0.8, 120, 400, 0
    rounds = 400
    for _ in range(rounds):
        really = dice.uniform(near, 1.0)
        found = sum(dice.random() < (really if dice.random() < true else 1 - kept) for _ in range(calls)) / calls
        seen, caught = (sum(dice.random() < share for _ in range(lineages)) / lineages for share in (kept, near))
        estimate = uncovered_share(found, calls, report(seen, caught, lineages))
        assert estimate is not None
        hits += estimate.interval[0] <= true <= estimate.interval[1]
    assert hits / rounds >= 0.94
