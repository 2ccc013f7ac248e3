"""Statistics of rates and pairs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log, sqrt
from statistics import NormalDist

_WHOLE_NUMBERS = 1000
"""Up to so many changed pairs are counted in whole numbers; their digits would take long for very many."""
_NEGLIGIBLE = 1e-17


def wilson(passed: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The score interval for a rate of `passed` (shares count as such) out of `n`; (0, 1) when n is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209–212,
    without continuity correction. Raises ValueError for counts or a confidence that can't be.
    """
    if not 0 <= passed <= n:
        raise ValueError(f"{passed} out of {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    center = passed + z * z / 2
    half = z * sqrt(passed * (n - passed) / n + z * z / 4)
    # Rounding must not push the ends past what they are by definition.
    low = 0.0 if passed == 0 else max(0.0, (center - half) / (n + z * z))
    high = 1.0 if passed == n else min(1.0, (center + half) / (n + z * z))
    return low, high


def mcnemar_exact(fixed: int, broken: int) -> float:
    """The two-sided p-value for "as many were fixed as were broken", from the pairs that changed; 1 without any.

    Q. McNemar, Psychometrika 12 (1947) 153–157, in the exact form: under no change, each changed pair goes either way
    with probability 1/2 (sign test; A. Agresti, Categorical Data Analysis, §10.1). Twice the smaller binomial tail,
    at most 1: summed in whole numbers up to 1000 pairs, beyond in floating point, to eight digits or more. Raises
    ValueError for negative counts.
    """
    if fixed < 0 or broken < 0:
        raise ValueError(f"{fixed} fixed, {broken} broken")
    n, less = fixed + broken, min(fixed, broken)
    if n > _WHOLE_NUMBERS:
        return min(1.0, 2 * _lower_tail(less, n))
    ways = tail = 1
    for chosen in range(less):
        ways = ways * (n - chosen) // (chosen + 1)
        tail += ways
    return min(1.0, 2 * tail / 2**n)


def _lower_tail(most: int, n: int) -> float:
    """The chance of at most `most` heads in `n` throws, where that is at most half of them: from its largest term on,
    until what follows does not count."""
    term = total = exp(lgamma(n + 1) - lgamma(most + 1) - lgamma(n - most + 1) - n * log(2))
    for heads in range(most, 0, -1):
        term *= heads / (n - heads + 1)
        total += term
        if term <= total * _NEGLIGIBLE:
            break
    return total


def adjust(p_values: Sequence[float]) -> list[float]:
    """The p-values of several questions, adjusted so that of those found below a limit at most that share, on average,
    is a false alarm; in the order they came.

    Y. Benjamini and Y. Hochberg, "Controlling the false discovery rate: a practical and powerful approach to multiple
    testing", JRSS B 57 (1995) 289–300: the step-up procedure, as adjusted p-values.
    """
    adjusted = [1.0] * len(p_values)
    least = 1.0
    ranked = sorted(range(len(p_values)), key=lambda at: p_values[at])
    for rank in range(len(ranked), 0, -1):
        at = ranked[rank - 1]
        # Never below the p-value itself, which rounding could make it.
        least = min(least, max(p_values[at], p_values[at] * len(ranked) / rank))
        adjusted[at] = least
    return adjusted


def percentile(values: Iterable[float], share: float) -> float | None:
    """The value below which `share` (0 to 1) of `values` lie, interpolated; None without values.

    Definition 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American Statistician 50
    (1996) 361–365: NumPy's default. Raises ValueError for a share that can't be.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share of {share}")
    ordered = sorted(values)
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
