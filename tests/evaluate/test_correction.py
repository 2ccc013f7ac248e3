"""Pass rates corrected for a judge's errors."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.agreement import Agreement
from synterm.evaluate.correction import corrected_interval, corrected_rate

COUNTS = st.integers(0, 60)


def judged(passing: int, right: int, failing: int, wrong: int) -> Agreement:
    """People passed so many, of which the judge passed so many; and failed so many, of which it failed so many."""
    return Agreement(right, passing - right, failing - wrong, wrong)


def test_a_published_example() -> None:
    """The herd of epiR's manual: 23 of 150 positive, sensitivity 0.96, specificity 0.89: 5.1 %."""
    assert corrected_rate(23 / 150, judged(100, 96, 100, 89)) == pytest.approx(0.051, abs=0.0005)


def test_an_interval_worked_by_hand() -> None:
    """60 of 100; 27 of 30 and 16 of 20. With z² = 3.8415: p = 61.92/103.84 = 0.5963, right = 28/32 = 0.875, wrong =
    17/22 = 0.7727; middle (0.5963 − 0.2273)/0.6477 = 0.5697; variances 0.003418 and 0.007983 (by 32 and 22); shift
    7.683·(0.5697·0.003418 − 0.4303·0.007983) = −0.01143; half 1.96·√(0.002318 + 0.001109 + 0.001478)/0.6477 = 0.2119.
    """
    low, high = corrected_interval(0.6, 100, judged(30, 27, 20, 16))
    assert (low, high) == (pytest.approx(0.3464, abs=0.001), pytest.approx(0.7702, abs=0.001))


@given(st.floats(0, 1), st.floats(0.55, 1), st.floats(0.55, 1))
def test_correcting_undoes_what_the_errors_did(share: float, right: float, wrong: float) -> None:
    found = judged(1000, round(right * 1000), 1000, round(wrong * 1000))
    assert found.sensitivity is not None and found.specificity is not None
    shown = share * found.sensitivity + (1 - share) * (1 - found.specificity)
    assert corrected_rate(shown, found) == pytest.approx(share, abs=1e-9)


@given(st.floats(0, 1), st.integers(1, 500), COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_interval_holds_the_rate_and_stays_between_nought_and_one(
    shown: float, n: int, passed: int, missed: int, let: int, failed: int
) -> None:
    found = Agreement(passed, missed, let, failed)
    try:
        rate = corrected_rate(shown, found)
    except ValueError:
        assert found.sensitivity is None or found.specificity is None or found.sensitivity + found.specificity <= 1
        return
    low, high = corrected_interval(shown, n, found)
    assert 0 <= low <= rate <= high <= 1


@pytest.mark.parametrize(
    ("share", "right", "wrong", "people"), [(0.3, 0.85, 0.8, 60), (0.8, 0.9, 0.7, 30), (0.05, 0.95, 0.9, 30)]
)
def test_the_interval_holds_the_truth_as_often_as_it_says(
    share: float, right: float, wrong: float, people: int
) -> None:
    draw, held, times = random.Random(3), 0, 500

    def count(n: int, chance: float) -> int:
        return sum(draw.random() < chance for _ in range(n))

    for _ in range(times):
        shown = count(120, share * right + (1 - share) * (1 - wrong)) / 120
        found = judged(people, count(people, right), people, count(people, wrong))
        low, high = corrected_interval(shown, 120, found)
        held += low <= share <= high
    assert held / times > 0.93


def test_a_judge_known_from_more_verdicts_gives_a_narrower_interval() -> None:
    wide = corrected_interval(0.6, 100, judged(20, 18, 20, 16))
    narrow = corrected_interval(0.6, 100, judged(200, 180, 200, 160))
    assert narrow[1] - narrow[0] < wide[1] - wide[0]


@pytest.mark.parametrize("found", [Agreement(), Agreement(5, 5, 5, 5), Agreement(2, 8, 8, 2), Agreement(9, 1, 0, 0)])
def test_a_judge_that_tells_nothing_corrects_nothing(found: Agreement) -> None:
    with pytest.raises(ValueError, match="tells nothing"):
        corrected_interval(0.5, 10, found)
