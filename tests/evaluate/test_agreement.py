"""How far a person and a check agree."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.evaluate.agreement import Agreement, agreement
from synterm.evaluate.statistics import wilson

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


def fleiss(found: Agreement) -> float:
    """The standard error of kappa as Fleiss, Cohen and Everitt print it, equation (14), for two categories."""
    n = found.n
    share = [[found.both_passed / n, found.only_human / n], [found.only_check / n, found.both_failed / n]]
    rows, columns = [sum(row) for row in share], [share[0][k] + share[1][k] for k in (0, 1)]
    observed = share[0][0] + share[1][1]
    expected = sum(rows[k] * columns[k] for k in (0, 1))
    on = sum(share[k][k] * ((1 - expected) - (columns[k] + rows[k]) * (1 - observed)) ** 2 for k in (0, 1))
    off = (1 - observed) ** 2 * sum(share[j][k] * (columns[j] + rows[k]) ** 2 for j, k in ((0, 1), (1, 0)))
    rest = (observed * expected - 2 * expected + observed) ** 2
    return ((on + off - rest) / (n * (1 - expected) ** 4)) ** 0.5


@given(st.tuples(*[st.integers(1, 60)] * 4))
def test_the_interval_of_kappa_is_the_published_one_where_answers_are_independent(
    counts: tuple[int, int, int, int],
) -> None:
    found = Agreement(*counts)
    assert found.kappa is not None and found.kappa_interval is not None
    low, high = found.kappa_interval
    assert low == pytest.approx(max(found.kappa - 1.959964 * fleiss(found), -1), abs=1e-5)
    assert high == pytest.approx(min(found.kappa + 1.959964 * fleiss(found), 1), abs=1e-5)


def test_full_agreement_on_few_answers_is_not_taken_for_certain() -> None:
    found = Agreement(both_passed=4, both_failed=4).kappa_interval
    assert found is not None
    assert found[0] == pytest.approx(2 * 0.676 - 1, abs=0.001), "Wilson's limit for 8 of 8 is 0.676, expected is ½"
    assert found[1] == 1.0


@pytest.mark.parametrize("found", [Agreement(both_passed=1, only_check=1), Agreement(only_human=2, only_check=2)])
def test_a_judge_who_always_says_the_same_is_not_known_for_certain(found: Agreement) -> None:
    bounds = found.kappa_interval
    assert bounds is not None and found.kappa is not None
    assert bounds[0] <= found.kappa <= bounds[1]
    assert bounds[1] - bounds[0] > 0.9


@given(VERDICTS)
def test_the_interval_of_kappa_holds_kappa(pairs: list[tuple[bool, bool | None]]) -> None:
    found = agreement(pairs, [str(at % 7) for at in range(len(pairs))])
    bounds = found.kappa_interval
    assert (bounds is None) == (found.kappa is None)
    if bounds is not None and found.kappa is not None:
        assert -1 <= bounds[0] <= found.kappa + 1e-9 and found.kappa - 1e-9 <= bounds[1] <= 1


@pytest.mark.parametrize("kappa", [0.3, 0.7])
def test_the_interval_of_kappa_holds_what_it_promises(kappa: float) -> None:
    """Both judges pass half; they agree with probability (1 + kappa) / 2."""
    draw, held, times = random.Random(7), 0, 600
    for _ in range(times):
        pairs = [(human, human if draw.random() < (1 + kappa) / 2 else not human) for human in (True, False) * 30]
        bounds = agreement(pairs).kappa_interval
        held += bounds is not None and bounds[0] <= kappa <= bounds[1]
    assert held / times > 0.92


def test_ten_variations_of_one_seed_are_not_ten_data_points() -> None:
    pairs = [(True, True)] * 8 + [(False, False)] * 8 + [(True, False)] * 4
    apart, together = agreement(pairs), agreement([*pairs * 10], [str(at) for at in range(20)] * 10)
    alike = agreement(pairs, [str(at) for at in range(20)])
    assert (together.n, together.roots) == (200, 20)
    assert together.interval == pytest.approx(apart.interval)
    assert together.sensitivity_interval == pytest.approx(apart.sensitivity_interval)
    assert together.kappa_interval == pytest.approx(alike.kappa_interval)


def test_how_a_check_does_on_what_people_pass_and_on_what_they_fail() -> None:
    found = Agreement(both_passed=18, only_human=2, only_check=3, both_failed=7)
    assert (found.sensitivity, found.specificity) == (0.9, 0.7)
    assert found.sensitivity_interval == pytest.approx(wilson(18, 20))
    assert found.specificity_interval == pytest.approx(wilson(7, 10))
    assert Agreement(both_passed=3).specificity is None
