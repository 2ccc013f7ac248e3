"""Estimates from repeated tries, and intervals of means."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, fsum, pi, sqrt, tan
from statistics import NormalDist

from synterm.evaluate.statistics import wilson


def pass_at(n: int, passed: int, k: int) -> float:
    """The chance that at least one of `k` tries passes, from `n` tries of which so many passed, without bias.

    1 − C(n − c, k) / C(n, k): M. Chen et al., "Evaluating large language models trained on code", arXiv:2107.03374
    (2021), §2.1. Raises ValueError for fewer tries than `k`, or counts that can't be.
    """
    _refuse(n, passed, k)
    return 1 - comb(n - passed, k) / comb(n, k)


def pass_hat(n: int, passed: int, k: int) -> float:
    """The chance that all of `k` tries pass, from `n` tries of which so many passed, without bias.

    C(c, k) / C(n, k): S. Yao et al., "τ-bench: a benchmark for tool-agent-user interaction in real-world domains",
    arXiv:2406.12045 (2024), §3. Raises ValueError for fewer tries than `k`, or counts that can't be.
    """
    _refuse(n, passed, k)
    return comb(passed, k) / comb(n, k)


def _refuse(n: int, passed: int, k: int) -> None:
    if not (0 <= passed <= n and 1 <= k <= n):
        raise ValueError(f"{passed} of {n}, {k} at a time")


def mean_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float] | None:
    """An interval for the mean of what independent `values` between 0 and 1 are drawn from; None without values.

    Student's t (Biometrika 6 (1908) 1–25), cut off at 0 and 1. Equal values, of which t would be certain, and a single
    one get the score interval of a rate instead: no distribution on [0, 1] with that mean varies more than the one of
    zeros and ones. Raises ValueError for values or a confidence that can't be.
    """
    if not values:
        return None
    if min(values) < 0 or max(values) > 1:
        raise ValueError(f"values from {min(values)} to {max(values)}")
    n = len(values)
    if min(values) == max(values):
        return wilson(values[0] * n if values[0] < 1 else n, n, confidence)
    mean = fsum(values) / n
    deviation = sqrt(fsum((value - mean) ** 2 for value in values) / (n - 1))
    half = student((1 + confidence) / 2, n - 1) * deviation / sqrt(n)
    return max(0.0, mean - half), min(1.0, mean + half)


def student(share: float, freedom: int) -> float:
    """The quantile of Student's t distribution with so many degrees of freedom, for a share from 0.5 to 0.99.

    Exact for 1 and 2; else the expansion 26.7.5 of M. Abramowitz and I. Stegun, Handbook of Mathematical Functions
    (1964), which is off by at most 0.9 % there. Raises ValueError for what can't be.
    """
    if freedom < 1 or not 0.5 <= share <= 0.99:
        raise ValueError(f"the {share} quantile with {freedom} degrees of freedom")
    if freedom == 1:
        return tan(pi * (share - 0.5))
    if freedom == 2:
        return (2 * share - 1) * sqrt(2 / (4 * share * (1 - share)))
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
