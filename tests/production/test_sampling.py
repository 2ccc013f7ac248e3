"""Sampling: the same call is decided in the same way, and what is kept stands for all."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.completion import Outcome
from synterm.core.traffic import LoggedCall
from synterm.core.tree import Tree
from synterm.errors import NotFoundError, UsageError
from synterm.production.sampling import AtMost, Sampling, draw, read_sampling

TREE = Tree([])
ROUNDS = 4000


def call(number: int, *, failed: bool = False, model: str = "gpt-5") -> LoggedCall:
    """One of several calls."""
    outcome = Outcome.PROVIDER_ERROR if failed else Outcome.COMPLETE
    return LoggedCall(f"{number:026}", "2026-05-01T10:00:00.000Z", {}, "", outcome, model)


def sampling(*texts: str) -> Sampling:
    """Rules as they are typed."""
    return read_sampling(texts, TREE)


@given(st.binary(max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_lower_rate_keeps_a_part_of_what_a_higher_one_keeps(identity: bytes, one: float, other: float) -> None:
    place = draw(identity)
    assert 0 <= place < 1
    assert place == draw(identity)
    low, high = sorted((one, other))
    assert (place < low) <= (place < high)


def test_draws_are_spread_evenly_whatever_the_ids_are() -> None:
    places = sorted(draw(b"id\0%d" % number) for number in range(10_000))
    # Kolmogorov and Smirnov's statistic; 1.95 / sqrt(n) is passed once in a thousand.
    assert max(abs(place - at / 10_000) for at, place in enumerate(places)) < 1.95 / 100


def test_rules_are_read_in_order_and_the_rate_of_all_comes_last() -> None:
    rules = sampling("0.1", "errors=1", "model gpt-4*=50%")
    assert rules.words == "errors=1, model gpt-4*=0.5, 0.1 of all"
    assert rules.rate(call(1, failed=True)) == 1
    assert rules.rate(call(1, model="GPT-4o")) == 0.5
    assert rules.rate(call(1)) == 0.1
    assert sampling().rate(call(1)) == 1


def test_before_it_is_placed_a_call_may_still_have_the_highest_rate() -> None:
    rules = sampling("errors=0.9", "uncovered=0.5", "0.1")
    assert rules.needs_place
    assert rules.most(call(1)) == 0.5
    assert rules.most(call(1, failed=True)) == 0.9


@pytest.mark.parametrize("text", ["2", "-1", "x", "errors", "errors=2", "mistakes=1", "model=1", "=1", "errors x=1"])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--sample"):
        sampling(text)


def test_two_rates_for_all_and_unknown_behaviors_are_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        sampling("0.1", "0.2")
    with pytest.raises(NotFoundError):
        sampling("behavior Nothing=1")


def weights(rates: Sequence[float], most: int | None, chance: random.Random) -> list[tuple[int, float]]:
    """One draw of calls of these rates: which are kept, with their weights."""
    places = [chance.random() for _ in rates]
    if most is None:
        return [(at, 1 / rate) for at, (rate, place) in enumerate(zip(rates, places, strict=True)) if place < rate]
    kept = AtMost(most)
    for at, (rate, place) in enumerate(zip(rates, places, strict=True)):
        if place < rate:
            kept.add(call(at), place, rate)
    return [(int(one.id), one.weight) for one in kept.kept()]


@pytest.mark.parametrize("most", [None, 1, 3, 10, 100])
@pytest.mark.parametrize("rates", [[0.3] * 30, [1.0] * 5 + [0.1] * 40, [0.9, 0.5, 0.05] * 8])
def test_totals_are_estimated_without_bias(rates: list[float], most: int | None) -> None:
    chance = random.Random(7)
    values = [chance.choice((0, 1, 5)) for _ in rates]
    estimates = [sum(values[at] * weight for at, weight in weights(rates, most, chance)) for _ in range(ROUNDS)]
    mean = sum(estimates) / ROUNDS
    spread = math.sqrt(sum((one - mean) ** 2 for one in estimates) / (ROUNDS - 1))
    assert abs(mean - sum(values)) < 4 * spread / math.sqrt(ROUNDS) + 1e-9


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(2**-49, 1 - 2**-49)), max_size=60), st.integers(1, 20))
def test_at_most_so_many_are_kept_and_each_stands_for_itself_or_more(
    drawn: list[tuple[float, float]], most: int
) -> None:
    kept = AtMost(most)
    fit = [(at, rate, place) for at, (rate, place) in enumerate(drawn) if place < rate]
    for at, rate, place in [*fit, *fit]:  # each comes twice
        kept.add(call(at), place, rate)
    found = list(kept.kept())
    assert len(found) == min(most, len(fit))
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert all(one.weight >= 1 for one in found)
    if len(fit) <= most:
        assert kept.duplicates == len(fit)
        assert [one.weight for one in found] == [pytest.approx(1 / rate) for _, rate, _ in fit]
    else:
        quotients = sorted(place / rate for _, rate, place in fit)
        there = {f"{at:026}": place / rate for at, rate, place in fit}
        assert all(there[one.id] <= quotients[most - 1] for one in found)
