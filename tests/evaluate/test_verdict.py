"""The words for what a comparison amounts to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import ALPHA, more_needed, verdict_of

PAIRS = st.tuples(st.integers(0, 60), st.integers(0, 60))


@pytest.mark.parametrize(
    ("up", "down", "verdict"),
    [
        (0, 0, "no difference found"),
        (6, 0, "better"),
        (0, 6, "worse"),
        (5, 0, "not enough evidence"),
        (4, 3, "no difference found"),
        (35, 8, "better"),
    ],
)
def test_four_verdicts(up: int, down: int, verdict: str) -> None:
    assert verdict_of(up, down) == verdict


@given(PAIRS)
def test_a_difference_counts_only_when_chance_does_not_explain_it(pair: tuple[int, int]) -> None:
    assert (verdict_of(*pair) in ("better", "worse")) == (mcnemar_exact(*pair) < ALPHA)
    turned = {"better": "worse", "worse": "better"}
    assert verdict_of(*pair[::-1]) == turned.get(verdict_of(*pair), verdict_of(*pair))


@given(PAIRS, st.integers(1, 200))
def test_so_many_more_that_go_the_same_way_would_tell(pair: tuple[int, int], compared: int) -> None:
    more = more_needed(*pair, compared)
    if more is not None:
        scale = (compared + more) / compared
        assert mcnemar_exact(*(round(count * scale) for count in pair)) < ALPHA
    elif pair[0] != pair[1] and 0 < sum(pair) <= compared <= 20:
        assert mcnemar_exact(*(count * 40 for count in pair)) >= ALPHA


def test_it_says_about_how_many() -> None:
    assert more_needed(3, 0, 5) == 5
    assert more_needed(3, 3, 50) is None
