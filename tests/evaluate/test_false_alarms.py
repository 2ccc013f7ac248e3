"""Verdicts on simulated comparisons without a difference: no more of them are wrong than they say.

Small and seeded; benchmarks/verdicts.py counts many more, and docs/verdicts.md has what comes of it.
"""

from __future__ import annotations

from collections.abc import Callable
from math import fsum, sqrt
from random import Random

import pytest

from synterm.evaluate.paired import mean_difference, rate_interval, turned
from synterm.evaluate.statistics import adjust, mcnemar_exact

TRIALS = 300
MOST = 0.05 + 3 * sqrt(0.05 * 0.95 / TRIALS)
"""More false alarms than that are none of chance's."""


def often(trial: Callable[[Random], bool]) -> float:
    return sum(trial(Random(number)) for number in range(TRIALS)) / TRIALS


@pytest.mark.parametrize("n", [5, 8, 20, 100])
@pytest.mark.parametrize("rate", [0.5, 0.9])
def test_passes_and_failures_raise_few_false_alarms(n: int, rate: float) -> None:
    def differences(chance: Random) -> list[float]:
        return [(chance.random() < rate) - (chance.random() < rate) for _ in range(n)]

    def missed(chance: Random) -> bool:
        low, high = rate_interval(differences(chance)) or (1, -1)
        return not low <= 0 <= high

    assert often(lambda chance: mcnemar_exact(*turned(differences(chance))) < 0.05) <= MOST
    assert often(missed) <= MOST


def test_variations_that_pass_together_raise_few_as_well() -> None:
    def differences(chance: Random) -> tuple[list[float], list[float]]:
        lineages: list[float] = []
        cases: list[float] = []
        for _ in range(15):
            before, after = chance.betavariate(0.8, 0.4), chance.betavariate(0.8, 0.4)
            found = [(chance.random() < after) - (chance.random() < before) for _ in range(8)]
            lineages.append(fsum(found) / len(found))
            cases += found
        return lineages, cases

    assert often(lambda chance: mcnemar_exact(*turned(differences(chance)[0])) < 0.05) <= MOST
    # This is what they are taken together for.
    assert often(lambda chance: mcnemar_exact(*turned(differences(chance)[1])) < 0.05) > 0.15


@pytest.mark.parametrize("n", [5, 7, 12, 25])
@pytest.mark.parametrize("kind", ["normal", "steps", "mostly none"])
def test_scores_raise_few_false_alarms(n: int, kind: str) -> None:
    def one(chance: Random) -> float:
        if kind == "normal":
            return chance.gauss(0, 0.1)
        if kind == "steps":
            return chance.choice((-0.5, -0.25, 0.0, 0.25, 0.5))
        return chance.uniform(-1, 1) if chance.random() < 0.3 else 0.0

    assert often(lambda chance: mean_difference([one(chance) for _ in range(n)]).p_value < 0.05) <= MOST


def test_twenty_behaviors_raise_no_more_together() -> None:
    def p_values(chance: Random) -> list[float]:
        found: list[float] = []
        for _ in range(20):
            up = sum(chance.random() < 0.5 for _ in range(40))
            found.append(mcnemar_exact(up, 40 - up))
        return found

    assert often(lambda chance: min(adjust(p_values(chance))) < 0.05) <= MOST
    assert often(lambda chance: min(p_values(chance)) < 0.05) > 0.3


def test_of_what_is_found_among_twenty_behaviors_few_are_false() -> None:
    false: list[float] = []
    for number in range(200):
        chance = Random(number)
        ups = [sum(chance.random() < (0.75 if real else 0.5) for _ in range(60)) for real in [True] * 5 + [False] * 15]
        found = [place for place, p in enumerate(adjust([mcnemar_exact(up, 60 - up) for up in ups])) if p < 0.05]
        false.append(sum(place >= 5 for place in found) / len(found) if found else 0.0)
    assert fsum(false) / len(false) <= 0.05
