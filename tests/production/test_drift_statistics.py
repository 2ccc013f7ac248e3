"""The statistics of drift, held against scipy, and against what they promise."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from scipy import special, stats

from synterm.production.drift.anytime import NOTHING, Seen, moved, needed
from synterm.production.drift.distances import apart, apart_by_words, energy
from synterm.production.drift.mixes import same_mix, spent
from synterm.production.drift.tails import at_least, at_most, beta_share, chi_square_above, gamma_above

SIZES = st.floats(0.1, 3000)


@given(st.floats(0, 1), SIZES, SIZES)
def test_the_beta_function_is_that_of_scipy(x: float, a: float, b: float) -> None:
    assert beta_share(x, a, b) == pytest.approx(float(special.betainc(a, b, x)), abs=1e-9)


@given(st.floats(0, 5000), SIZES)
def test_the_gamma_function_is_that_of_scipy(x: float, shape: float) -> None:
    assert gamma_above(x, shape) == pytest.approx(float(special.gammaincc(shape, x)), abs=1e-9)


@given(st.integers(1, 400), st.floats(0.001, 0.999), st.data())
def test_binomial_tails_are_those_of_scipy(n: int, rate: float, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    assert at_least(hits, n, rate) == pytest.approx(float(stats.binom.sf(hits - 1, n, rate)), abs=1e-9)
    assert at_most(hits, n, rate) == pytest.approx(float(stats.binom.cdf(hits, n, rate)), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=2, max_size=6))
def test_large_mixes_are_compared_as_scipy_does(pairs: list[tuple[int, int]]) -> None:
    before, after = ({str(at): pair[side] + 100.0 for at, pair in enumerate(pairs)} for side in (0, 1))
    table = np.array([[*before.values()], [*after.values()]])
    found: Any = stats.chi2_contingency(table, lambda_="log-likelihood", correction=False)
    plain = float(found.pvalue)
    assert chi_square_above(found.statistic, found.dof) == pytest.approx(plain, abs=1e-9)
    # Williams's correction makes it a little more careful.
    assert -1e-5 <= same_mix(before, after) - plain <= 0.02


def test_small_mixes_are_compared_by_lots_as_exact_tests_would() -> None:
    exact: Any = stats.fisher_exact([[12, 8], [5, 25]])
    assert same_mix({"a": 12, "b": 8}, {"a": 5, "b": 25}) == pytest.approx(exact.pvalue, abs=0.01)
    assert same_mix({"a": 12, "b": 8}, {"a": 5, "b": 25}) == same_mix({"a": 12, "b": 8}, {"a": 5, "b": 25})
    assert same_mix({"a": 3}, {"a": 900}) == 1.0
    assert same_mix({}, {"a": 900, "b": 2}) == 1.0
    # Kinds that are too rare to say anything of by themselves are taken together.
    many = {str(at): 1.0 for at in range(40)}
    assert same_mix(many, {str(at): 1.0 for at in range(40, 80)}) == 1.0


def test_what_looks_spend_never_is_more_than_all_there_is() -> None:
    assert sum(1 / (look * (look + 1)) for look in range(1, 10_000)) < 1
    assert spent(0.01, 1) == pytest.approx(0.02)
    assert spent(0.01, 50) == 1.0


PLAIN_NO = 0.4
SEEN = st.builds(Seen, st.floats(0, 500), st.floats(0, 1))


@examples(max_examples=200)
@given(SEEN, st.lists(SEEN, max_size=8))
def test_a_move_is_the_same_seen_from_the_other_side(before: Seen, windows: list[Seen]) -> None:
    found = moved(before, windows)
    other = moved(Seen(before.n, 1 - before.share), [Seen(one.n, 1 - one.share) for one in windows])
    assert 0 <= found.p_value <= 1
    assert found.p_value == pytest.approx(other.p_value, rel=1e-6, abs=1e-12)
    if windows:
        assert 0 <= found.since < len(windows)
    # What it ever was is at least as sure as what it is now; a plain no is not computed to its end.
    assert found.p_value > PLAIN_NO or moved(before, windows, ever=True).p_value <= found.p_value + 1e-12


def test_nothing_is_said_of_nothing_and_little_of_few() -> None:
    assert moved(NOTHING, [Seen(100, 1.0)]).p_value == 1.0
    assert moved(Seen(100, 0.5), [NOTHING, NOTHING]).p_value == 1.0
    assert moved(Seen(100, 0.95), [Seen(5, 0.4)]).p_value > 0.05
    assert moved(Seen(8, 1.0), [Seen(8, 0.5)]).p_value > 0.05


def test_a_clear_change_is_found_and_told_when_it_began() -> None:
    same, worse = Seen(40, 0.95), Seen(40, 0.7)
    found = moved(Seen(300, 0.95), [same] * 6 + [worse] * 4)
    assert found.p_value < 0.001
    assert not found.is_up
    assert found.since == 6
    # One that healed is no longer there, but was.
    healed = [same] * 3 + [worse] * 3 + [Seen(400, 0.95)] * 3
    assert moved(Seen(300, 0.95), healed).p_value > 0.05 > moved(Seen(300, 0.95), healed, ever=True).p_value


def test_more_calls_make_surer_and_how_many_it_takes_is_told() -> None:
    values = [moved(Seen(1000, 0.95), [Seen(n, 0.85)]).p_value for n in (20, 50, 100, 200, 400)]
    assert all(one >= other for one, other in pairwise(values))
    n = needed(Seen(1000, 0.95), 0.85, 0.05)
    assert n is not None
    assert (
        moved(Seen(1000, 0.95), [Seen(n, 0.85)]).p_value
        <= 0.05
        < moved(Seen(1000, 0.95), [Seen(n * 0.9, 0.85)]).p_value
    )
    assert needed(Seen(10, 0.95), 0.85, 0.05) is None


@pytest.mark.parametrize(("rate", "before"), [(0.95, 200), (0.5, 80), (0.03, 400)])
def test_a_hundred_looks_cry_wolf_in_at_most_one_of_twenty(rate: float, before: int) -> None:
    false = 0
    for seed in range(60):
        chance = random.Random(seed)
        windows = [drawn(chance, 15, rate) for _ in range(100)]
        false += moved(drawn(chance, before, rate), windows, ever=True).p_value <= 0.05
    assert false <= 3


def drawn(chance: random.Random, n: int, rate: float) -> Seen:
    return Seen(n, sum(chance.random() < rate for _ in range(n)) / n)


def vectors(chance: np.random.Generator, n: int, centre: int) -> np.ndarray:
    made = chance.normal(size=(n, 16)) + 2 * np.eye(16)[centre]
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


def test_samples_that_mean_the_same_lie_together_and_others_apart() -> None:
    chance = np.random.default_rng(3)
    p_values = [apart(vectors(chance, 40, 0), vectors(chance, 50, 0), seed).p_value for seed in range(40)]
    assert 0.2 < np.mean(p_values) < 0.8
    assert sum(p <= 0.05 for p in p_values) <= 5
    first, second = vectors(chance, 60, 0), vectors(chance, 60, 1)
    found = apart(first, second)
    assert found.p_value < 1e-4
    assert found.distance == pytest.approx(energy(first, second), abs=1e-5)
    assert np.mean(found.newness[60:]) > 0.0 > np.mean(found.newness[:60])
    assert apart(first, first).distance == pytest.approx(0, abs=1e-5)


def test_the_energy_distance_is_that_of_its_definition() -> None:
    chance = np.random.default_rng(4)
    first, second = vectors(chance, 7, 0), vectors(chance, 9, 1)

    def mean(one: np.ndarray, other: np.ndarray) -> float:
        return float(np.mean([[np.linalg.norm(a - b) for b in other] for a in one]))

    wanted = 2 * mean(first, second) - mean(first, first) - mean(second, second)
    assert energy(first, second) == pytest.approx(wanted, abs=1e-5)


def test_words_tell_samples_apart_as_well() -> None:
    chance = random.Random(1)
    words = "invoice refund room meeting peru cat joke lunch train flight".split()

    def texts(n: int, some: Sequence[str]) -> list[frozenset[str]]:
        return [frozenset(chance.choices(some, k=3)) for _ in range(n)]

    assert apart_by_words(texts(40, words), texts(40, words)).p_value > 0.01
    found = apart_by_words(texts(40, words[:6]), texts(40, words[4:]))
    assert found.p_value < 0.001
    assert Counter(one > 0 for one in found.newness[40:])[True] > 30
