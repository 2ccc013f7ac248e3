"""How far a person and a check agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.agreement import Agreement, agreement

VERDICTS = st.lists(st.tuples(st.booleans(), st.sampled_from([True, False, None])), max_size=60)


def test_the_figures_of_a_table_worked_by_hand() -> None:
    """20 of 25 and 15 of 25: observed 35/50 = 0.7, expected (25·30 + 25·20)/50² = 0.5, kappa 0.2/0.5."""
    found = Agreement(both_passed=20, only_human=5, only_check=10, both_failed=15)
    assert (found.n, found.agreed) == (50, 35)
    assert found.rate == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    low, high = found.interval
    assert (round(low, 3), round(high, 3)) == (0.562, 0.809)


def test_agreeing_by_chance_alone_is_worth_nothing() -> None:
    """Both pass nine of ten, independently: 82 of 100 the same, and that is what chance gives."""
    found = Agreement(both_passed=81, only_human=9, only_check=9, both_failed=1)
    assert found.rate == pytest.approx(0.82)
    assert found.kappa == pytest.approx(0.0)


def test_saying_the_opposite_each_time_is_worse_than_chance() -> None:
    assert Agreement(only_human=5, only_check=5).kappa == pytest.approx(-1.0)


@pytest.mark.parametrize("found", [Agreement(), Agreement(both_passed=7), Agreement(both_failed=3, undecided=2)])
def test_without_two_verdicts_there_is_no_kappa(found: Agreement) -> None:
    assert found.kappa is None


def test_one_judge_who_always_says_the_same_has_a_kappa_of_nought() -> None:
    assert Agreement(both_passed=6, only_check=4).kappa == pytest.approx(0.0)


@given(VERDICTS)
def test_every_pair_is_in_one_place_of_the_table(pairs: list[tuple[bool, bool | None]]) -> None:
    found = agreement(pairs)
    assert found.n + found.undecided == len(pairs)
    assert found.agreed == sum(human is check for human, check in pairs)
    low, high = found.interval
    assert found.rate is None or low <= found.rate <= high


@given(VERDICTS)
def test_kappa_does_not_care_who_is_who_nor_what_is_called_pass(pairs: list[tuple[bool, bool | None]]) -> None:
    decided = [(human, check) for human, check in pairs if check is not None]
    kappa = agreement(decided).kappa
    assert agreement((check, human) for human, check in decided).kappa == kappa
    assert agreement((not human, not check) for human, check in decided).kappa == kappa
    assert kappa is None or -1 <= kappa <= 1
    assert (kappa == 1) == (kappa is not None and all(human == check for human, check in decided))
