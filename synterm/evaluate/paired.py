"""Statistics of differences between pairs: one number from −1 to 1 for each independent pair, after minus before.

For passes and failures it is −1, 0 or 1; for lineages with several cases, or cases with several repeats, the mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, erfc, fsum, sqrt
from operator import getitem
from random import Random
from statistics import NormalDist

NOISE = 1e-9
"""A difference below it is none: it comes from rounding."""
POWER = 0.8

_ALL_SUBSETS = 12
"""Of up to so many pairs that differ, every subset is taken."""
_RANDOM_SUBSETS = 200
"""Of up to so many, random ones; beyond, a normal distribution stands for them."""
_DRAWS = 2000
_MANY_DRAWS = 10_000
"""Where the first draws say that it is close."""
_CLOSE = 0.1
_MANY_EQUAL = 1000
_BITS = 8
_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """What pairs say of the mean difference."""

    mean: float
    interval: tuple[float, float]
    """95 %, within −1 to 1."""
    p_value: float
    """Two-sided, for "there is no difference"; below 0.05 exactly where the interval is clear of 0."""
    up: int
    """Pairs that differ upward."""
    down: int


def turned(differences: Iterable[float]) -> tuple[int, int]:
    """How many are above 0, and how many below."""
    up = down = 0
    for difference in differences:
        up += difference > NOISE
        down += difference < -NOISE
    return up, down


def rate_interval(differences: Sequence[float], confidence: float = 0.95) -> tuple[float, float] | None:
    """The interval of a difference of two rates, from independent pairs; None without any.

    D. G. Bonett and R. M. Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on
    paired data", Journal of Educational and Behavioral Statistics 37 (2012) 479–488: Wald's after one more pair that
    rose and one more that fell, which the comparison of M. W. Fagerland, S. Lydersen and P. Laake (Statistics in
    Medicine 33 (2014) 2850–2875) recommends also for few pairs. For pairs that rose or fell in part, which vary less,
    it is the same with their squares: wider than it need be.
    """
    if not differences:
        return None
    n = len(differences) + 2
    mean = fsum(differences) / n
    spread = (fsum(one * one for one in differences) + 2) / n - mean * mean
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(spread / n)
    return max(-1.0, mean - half), min(1.0, mean + half)


def detectable(n: int, changed: int, alpha: float = 0.05, power: float = POWER) -> float | None:
    """The smallest difference of rates that `n` pairs would show with this power, if about as many change as did.

    R. J. Connor, "Sample size for testing differences in proportions for the paired-sample design", Biometrics 43
    (1987) 207–211, solved for the difference; with a continuity correction, since exact McNemar is to show it. The
    share of pairs that change is taken a little higher than it was found, as in `rate_interval`, and as high as the
    difference at least. None where no difference would show.
    """
    normal = NormalDist()
    z_alpha, z_power = normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)
    share = min((changed + 1) / (n + 2), 1.0)

    def shows(difference: float) -> bool:
        changes = max(share, difference)
        left = max(changes - difference * difference, 0.0)
        return n * difference - 1 >= z_alpha * sqrt(n * changes) + z_power * sqrt(n * left)

    if n < 1 or not shows(1.0):
        return None
    low, high = 0.0, 1.0
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def mean_difference(differences: Iterable[float]) -> MeanDifference:
    """The mean of the differences, its interval, and whether chance explains it. Raises ValueError without any.

    The resampling takes each pair with chance 1/2 instead of drawing pairs with replacement, as the bootstrap does. The
    share of such subsets whose mean is at or below a value is, exactly, the one-sided p-value of Fisher's test that
    flips signs at random, for this value as the difference (J. A. Hartigan, "Using subsample values as typical values",
    JASA 64 (1969) 1303–1317). So interval and p-value are one, and neither claims too much for few pairs, where the
    bootstrap does: see docs/verdicts.md. Beyond 200 pairs that differ, sums are normal to a good approximation; the
    least of the differences is the correction for continuity then.

    The same whichever way the differences come, and mirrored when their signs are.
    """
    ordered = sorted(0.0 if abs(one) <= NOISE else one for one in differences)
    if not ordered:
        raise ValueError("no differences")
    up, down = turned(ordered)
    mirrored = [-one for one in reversed(ordered)]
    turn = (fsum(ordered), ordered) < (fsum(mirrored), mirrored)
    mean, interval, p_value = _from(mirrored if turn else ordered)
    if turn:
        mean, interval = -mean, (-interval[1], -interval[0])
    if ordered == mirrored:
        interval = (min(interval[0], -interval[1]), max(interval[1], -interval[0]))
    return MeanDifference(mean, interval, p_value, up, down)


def _from(ordered: Sequence[float]) -> tuple[float, tuple[float, float], float]:
    n, mean = len(ordered), fsum(ordered) / len(ordered)
    differing = [one for one in ordered if one]
    if len(differing) > _RANDOM_SUBSETS:
        return mean, *_normal(ordered, mean, min(map(abs, differing)))
    subsets = _subsets(differing, n - len(differing))
    low, high = _ends(subsets)
    return mean, (min(low, mean), max(high, mean)), _p_value(subsets)


_Subsets = list[tuple[float, int]]
"""The sum of some of the differences, and of how many."""


def _subsets(differing: Sequence[float], equal: int) -> _Subsets:
    random = Random(len(differing))  # noqa: S311 - the same each time
    if len(differing) <= _ALL_SUBSETS:
        low, high = _table(differing[:_BITS]), _table(differing[_BITS:])
        sums = [one + other for other in high for one in low]
        every = [(one, chosen.bit_count()) for chosen, one in enumerate(sums)]
        if not equal:
            return every
        return [(one, many + _heads(equal, random)) for one, many in every * -(-_DRAWS // len(every))]
    tables = [_table(differing[at : at + _BITS]) for at in range(0, len(differing), _BITS)]
    made = _drawn(_DRAWS, tables, len(differing), equal, random)
    if _p_value(made) < _CLOSE:
        made += _drawn(_MANY_DRAWS - _DRAWS, tables, len(differing), equal, random)
    # What was found is one of the outcomes that chance could have given: the subset of none stands for it.
    return [*made, (0.0, 0)]


def _table(block: Sequence[float]) -> list[float]:
    """The sums of all subsets of a few differences, by their bits."""
    sums = [0.0]
    for one in block:
        sums += [one + other for other in sums]
    return sums


def _drawn(draws: int, tables: Sequence[Sequence[float]], many: int, equal: int, random: Random) -> _Subsets:
    """Random subsets of so many differences, whose sums stand by their bits in tables."""
    found: _Subsets = []
    for _ in range(draws):
        chosen = random.getrandbits(many)
        taken = chosen.to_bytes(len(tables), "little")
        count = chosen.bit_count()
        found.append((sum(map(getitem, tables, taken)), count + _heads(equal, random) if equal else count))
    return found


def _heads(throws: int, random: Random) -> int:
    if throws > _MANY_EQUAL:
        return round(throws / 2 + random.gauss(0.0, sqrt(throws) / 2))
    return random.getrandbits(throws).bit_count() if throws else 0


def _p_value(subsets: _Subsets) -> float:
    below = sum(total <= NOISE for total, _ in subsets)
    above = sum(total >= -NOISE for total, _ in subsets)
    return min(1.0, 2 * min(below, above) / len(subsets))


def _ends(subsets: _Subsets) -> tuple[float, float]:
    """Between which differences the p-value is 0.05 or more; a subset of none is in favour of all of them."""
    means = sorted(total / count for total, count in subsets if count)
    needed = ceil(len(subsets) * _TAIL) - (len(subsets) - len(means))
    return (means[needed - 1], means[-needed]) if needed > 0 else (-1.0, 1.0)


def _normal(ordered: Sequence[float], mean: float, step: float) -> tuple[tuple[float, float], float]:
    """The interval and the p-value for many, with flipped signs normally distributed.

    For the difference δ the test compares |n (mean − δ)|, less the correction `step`, with the square root of the sum
    of squared deviations from δ. The interval has the δ that it does not reject.
    """
    n, z = len(ordered), NormalDist().inv_cdf(1 - _TAIL)
    squares = fsum(one * one for one in ordered)
    around = max(squares - n * mean * mean, 0.0)
    p_value = erfc(max(abs(n * mean) - step, 0.0) / sqrt(2 * squares))
    a, b, c = n * n - z * z * n, n * step, step * step - z * z * around
    half = (b + sqrt(max(b * b - a * c, 0.0))) / a
    return (max(-1.0, mean - half), min(1.0, mean + half)), p_value
