"""Statistics of two pass rates whose data points are not the same: last week's calls, and the cases of a baseline."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import exp, floor, fsum, lgamma, sqrt
from statistics import NormalDist

from synterm.core.comparison import Verdict
from synterm.evaluate.paired import POWER
from synterm.evaluate.statistics import adjust, wilson
from synterm.evaluate.verdict import ALPHA

ENOUGH = 0.2
"""A comparison that finds nothing is evidence enough where a fall by so much would most likely have shown."""
_TIE = 1e-8
"""Two tables whose chances differ by less than that share are equally likely: the rest is rounding."""
_NEGLIGIBLE = 1e-17
_MOST = 50
"""How many times as many data points are thought of."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of `n` independent data points passed. Both may be fractions: a lineage of which some passed counts as
    that share, and a weighted sample of 1000 calls may tell no more than 400 unweighted ones would."""

    passed: float
    n: float

    @property
    def share(self) -> float | None:
        """0 to 1; None where there are none."""
        return min(max(self.passed / self.n, 0.0), 1.0) if self.n else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """95 %, Wilson; of a weighted sample over its effective number, rounded down. None where there are none."""
        n = floor(self.n)
        return wilson((self.share or 0.0) * n, n) if n else None


@dataclass(frozen=True, slots=True)
class RateComparison:
    """What two rates say of each other."""

    before: Rate
    after: Rate
    difference: float | None
    """`after` − `before`; None where one of them has no data point."""
    interval: tuple[float, float] | None
    """95 %, of the difference."""
    p_value: float
    """Fisher's exact test, two-sided."""
    p_adjusted: float
    """After Benjamini and Hochberg's correction over the rates that were compared together."""
    verdict: Verdict
    """By `p_adjusted`."""
    more_needed: int | None
    """About how many more data points after would tell, if they go on as those that are there did."""
    detectable: float | None
    """The smallest fall of the rate that so many would show four times out of five."""


def rate_of(shares: Sequence[float], weights: Sequence[float] | None = None) -> Rate:
    """The rate that independent data points amount to, each of which passed in part or whole.

    `weights`: for how much each stands, where a sample took some more often than others. The rate is their weighted
    mean then, of as many data points as would tell as much without weights: (Σw)² / Σw², L. Kish, Survey Sampling
    (1965), §11.7. Raises ValueError for weights that are not above 0, or not as many.
    """
    if weights is None:
        return Rate(fsum(shares), len(shares))
    if len(weights) != len(shares) or not all(weight > 0 for weight in weights):
        raise ValueError("a weight above 0 is needed for each")
    if not shares:
        return Rate(0.0, 0.0)
    total = fsum(weights)
    n = min(total * total / fsum(weight * weight for weight in weights), float(len(shares)))
    share = fsum(weight * one for weight, one in zip(weights, shares, strict=True)) / total
    return Rate(share * n, n)


def compare_rates(pairs: Iterable[tuple[Rate, Rate]], alpha: float = ALPHA) -> list[RateComparison]:
    """Each rate before against the one after; p-values are adjusted for how many there are, in the order they came.

    `alpha`: what an adjusted p-value must come below; less where it is looked at again and again.
    """
    pairs = list(pairs)
    found = [p_value(before, after) for before, after in pairs]
    return [
        _compared(before, after, plain, adjusted, alpha)
        for (before, after), plain, adjusted in zip(pairs, found, adjust(found), strict=True)
    ]


def p_value(before: Rate, after: Rate) -> float:
    """Fisher's exact test for "both rates are the same". Counts that are no whole numbers are rounded so that the
    rates come nearer to each other: no difference is made by rounding."""
    rose = (after.share or 0.0) > (before.share or 0.0)
    return fisher_exact(*_whole(before, up=rose), *_whole(after, up=not rose))


def fisher_exact(passed_before: int, before: int, passed_after: int, after: int) -> float:
    """The two-sided p-value for "both rates are the same", of passes out of so many before and after.

    R. A. Fisher, The Design of Experiments (1935), §11: the number of passes being what it is, the chance of a split
    that is as unlikely as the one found, or more so. 1 where a side has none. Exact but for rounding, in time that
    grows with the square root of the counts. Raises ValueError for counts that can't be.
    """
    if not (0 <= passed_before <= before and 0 <= passed_after <= after):
        raise ValueError(f"{passed_before} out of {before}, {passed_after} out of {after}")
    passed, total = passed_before + passed_after, before + after
    low, high = max(0, passed - after), min(passed, before)
    if low == high:
        return 1.0
    chance = _split(passed, before, total)
    limit = chance(passed_before) + _TIE
    top = min(max(((passed + 1) * (before + 1)) // (total + 2), low), high)
    below = bisect_left(range(low, top + 1), True, key=lambda at: chance(at) > limit)
    above = bisect_left(range(top, high + 1), True, key=lambda at: chance(at) <= limit)
    tails = _tail(chance, range(low + below - 1, low - 1, -1)), _tail(chance, range(top + above, high + 1))
    return min(1.0, fsum(tails))


def newcombe(before: Rate, after: Rate, confidence: float = 0.95) -> tuple[float, float] | None:
    """The interval of a difference of two independent rates, after minus before; None where one has no data point.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven
    methods", Statistics in Medicine 17 (1998) 873–890, method 10: from the Wilson intervals of both.
    """
    old, new, n_before, n_after = before.share, after.share, floor(before.n), floor(after.n)
    if old is None or new is None or not n_before or not n_after:
        return None
    (low, high), (low_after, high_after) = (
        wilson(share * n, n, confidence) for share, n in ((old, n_before), (new, n_after))
    )
    difference = new - old
    down = sqrt((new - low_after) ** 2 + (high - old) ** 2)
    up = sqrt((high_after - new) ** 2 + (old - low) ** 2)
    return max(-1.0, difference - down), min(1.0, difference + up)


def verdict_of_rates(before: Rate, after: Rate, p_value: float, alpha: float = ALPHA) -> Verdict:
    """The verdict, where `p_value` is to come below `alpha`.

    Where it does not, there is enough evidence to say so if a fall by a fifth would most likely have shown, and not
    enough if there are too few data points for that on either side.
    """
    if p_value < alpha:
        return "better" if (after.share or 0.0) > (before.share or 0.0) else "worse"
    least = detectable(before, after.n, alpha)
    return "no difference found" if least is not None and least <= ENOUGH else "not enough evidence"


def more_needed(before: Rate, after: Rate, alpha: float = ALPHA) -> int | None:
    """About how many more data points after would tell, if they go on as those that are there did; None where fifty
    times as many would not: what it is held against is too little then, or there is no difference."""
    n = floor(after.n)
    if not n or before.share is None or before.share == after.share:
        return None

    def tells(total: int) -> bool:
        return p_value(before, Rate((after.share or 0.0) * total, total)) < alpha

    totals = range(n, n * _MOST, max(n // 10, 1))
    found = bisect_left(totals, True, key=tells)
    return totals[found] - n if 0 < found < len(totals) else None


def detectable(before: Rate, n: float, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """The smallest fall from the rate before that `n` data points after would show with this power; None: none would.

    J. L. Fleiss, A. Tytun, H. K. Ury, "A simple approximation for calculating sample sizes for comparing independent
    proportions", Biometrics 36 (1980) 343–346, solved for the difference: with a continuity correction, since Fisher's
    exact test is to show it. The rate before is taken a little nearer to ½ than it was found.
    """
    if before.n < 1 or n < 1:
        return None
    normal = NormalDist()
    z_alpha, z_power = normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)
    share = (before.passed + 1) / (before.n + 2)
    parts = 1 / before.n + 1 / n

    def shows(fall: float) -> bool:
        lower = share - fall
        mean = (before.n * share + n * lower) / (before.n + n)
        spread = share * (1 - share) / before.n + lower * (1 - lower) / n
        return fall - parts / 2 >= z_alpha * sqrt(mean * (1 - mean) * parts) + z_power * sqrt(spread)

    if not shows(share):
        return None
    low, high = 0.0, share
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def _compared(before: Rate, after: Rate, plain: float, adjusted: float, alpha: float) -> RateComparison:
    # As much stricter as the adjustment makes it.
    own = alpha * plain / adjusted if adjusted else alpha
    verdict = verdict_of_rates(before, after, plain, own)
    old, new = before.share, after.share
    return RateComparison(
        before,
        after,
        difference=None if old is None or new is None else new - old,
        interval=newcombe(before, after),
        p_value=plain,
        p_adjusted=adjusted,
        verdict=verdict,
        more_needed=None if verdict in ("better", "worse") else more_needed(before, after, own),
        detectable=detectable(before, after.n, own),
    )


def _whole(rate: Rate, *, up: bool) -> tuple[int, int]:
    """Passes and data points as whole numbers."""
    n = floor(rate.n)
    passed = (rate.share or 0.0) * n
    near = round(passed)
    if abs(passed - near) > 1e-6:
        near = floor(passed) + up
    return min(max(near, 0), n), n


_Chance = Callable[[int], float]


def _split(passed: int, before: int, total: int) -> _Chance:
    """The logarithm of the chance that so many of the passes are before (hypergeometric)."""
    after, failed = total - before, total - passed
    known = lgamma(passed + 1) + lgamma(failed + 1) + lgamma(before + 1) + lgamma(after + 1) - lgamma(total + 1)

    def chance(at: int) -> float:
        rest = passed - at
        return known - lgamma(at + 1) - lgamma(rest + 1) - lgamma(before - at + 1) - lgamma(after - rest + 1)

    return chance


def _tail(chance: _Chance, places: range) -> float:
    """The sum of chances that fall from one place to the next, until what follows does not count."""
    total = 0.0
    for at in places:
        term = exp(chance(at))
        total += term
        if term <= total * _NEGLIGIBLE:
            break
    return total
