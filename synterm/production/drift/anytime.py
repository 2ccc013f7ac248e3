"""Whether a rate has moved from what it was, told as often as one likes: the p-value holds at every look.

The current calls are held against a rate p by a test martingale: what a gambler would have who bets on each call that
the odds are r times those of p. For calls x from 0 to 1 whose mean is at most p, and r > 1, each factor
r^x / (1 + (r − 1)·p) is at most 1 on average; for r < 1 the same holds of means of at least p. The capital is spread
over several r and over when the change began, so it stays a martingale; by Ville's inequality it is ever above 1/u with
a chance of at most u (A. Wald, Sequential Analysis, 1947; A. Ramdas, P. Grünwald, V. Vovk and G. Shafer,
"Game-theoretic statistics and safe anytime-valid inference", Statistical Science 38 (2023) 576–601).

What the rate was before is only known from so many calls. So for each p that it may have been there are two p-values
that do not depend on each other: the exact binomial one of the reference, and that of the martingale. They are combined
by their product c, whose p-value is c·(1 − ln c) (R. A. Fisher, Statistical Methods for Research Workers, §21.1); the
largest over all p is the one that counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, log, log1p
from typing import NamedTuple

from synterm.evaluate.statistics import wilson
from synterm.production.drift.tails import at_least

ODDS = (1.3, 2.0, 3.5, 8.0)
"""By what the odds may have changed. Changes of much less than the smallest are none that anybody needs to hear of."""
_POINTS = 48
"""Rates that are tried for what it was before."""
_FAR, _NEAR = 1 - 1e-6, 0.9
"""They lie between the lower end of an interval of the first confidence, below which the reference alone says no, and
the upper end of one of the second, above which the later calls decide alone."""
_CLEARLY_NOT = 0.2
"""A p-value that is above this anyway is not computed further: no alarm can come of it."""


class Seen(NamedTuple):
    """How many independent calls there were, and the share of them that counts as a hit."""

    n: float
    share: float

    @property
    def hits(self) -> float:
        """How many hits that is."""
        return self.n * self.share


NOTHING = Seen(0.0, 0.0)


class Moved(NamedTuple):
    """Whether a rate has moved."""

    p_value: float
    """Two-sided, and valid however often it was looked at before."""
    is_up: bool
    """Which way it points, whether it is sure or not."""
    since: int
    """In which of the windows the change most likely began."""


def moved(before: Seen, windows: Sequence[Seen], *, ever: bool = False) -> Moved:
    """Whether the rate of the calls in `windows`, the oldest first, is another than `before`.

    `ever`: what the smallest p-value of all looks, one after each window, would have been; without it, that of now, so
    that what has healed is forgotten.
    """
    seen = [one for one in windows if one.n > 0]
    if not before.n or not seen:
        return Moved(1.0, True, max(len(windows) - 1, 0))
    up, down = (_one_sided(before, seen, is_up, ever) for is_up in (True, False))
    is_up = up <= down
    return Moved(min(1.0, 2 * min(up, down)), is_up, _since(before, windows, is_up))


def needed(before: Seen, after: float, level: float, most: int = 1_000_000) -> int | None:
    """About how many calls of the rate `after` it takes until the p-value is at most `level`; None: no number does,
    since too little is known of what was before, or more than `most`."""

    def is_enough(n: int) -> bool:
        return moved(before, [Seen(n, after)]).p_value <= level

    high = 8
    while not is_enough(high):
        high *= 2
        if high > most:
            return None
    low = high // 2
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _one_sided(before: Seen, windows: Sequence[Seen], is_up: bool, ever: bool) -> float:
    """The p-value of "it did not go up" (or down)."""
    if is_up:
        # A rate that rose is one whose opposite fell: everything below is about falling.
        before, windows = _opposite(before), [_opposite(one) for one in windows]

    def alone(rate: float) -> float:
        """How well the reference goes with a rate, against its being higher than that."""
        return at_least(before.hits, before.n, rate)

    def later(rate: float) -> float:
        return exp(-max(0.0, _capital(windows, rate, ever)))

    if _combined(alone(before.share) * later(before.share)) > _CLEARLY_NOT:
        return _combined(alone(before.share) * later(before.share))
    low, high = _interval(before, _FAR)[0], _interval(before, _NEAR)[1]
    rates = [low + (high - low) * step / (_POINTS - 1) for step in range(_POINTS)]
    # The first grows with the rate, the second falls: between two points neither is above its value at the better end.
    from_reference = [alone(rate) for rate in rates]
    from_later = [later(rate) for rate in rates]
    worst = max(from_reference[0], from_later[-1])
    for at in range(_POINTS - 1):
        worst = max(worst, from_reference[at + 1] * from_later[at])
    return _combined(worst)


def _capital(windows: Sequence[Seen], rate: float, ever: bool) -> float:
    """The logarithm of what betting on a fall below `rate` has made of 1, at the end or at its best.

    The bet that the change begins in window k gets the share 1/(k·(k + 1)) of the start capital.
    """
    kept = [(log(1 / odds), log1p((1 / odds - 1) * rate) if rate < 1 else log(1 / odds), -inf) for odds in ODDS]
    best = end = 0.0
    for k, one in enumerate(windows, 1):
        share = -log(k * (k + 1)) - log(len(ODDS))
        kept = [(gain, price, _sum(capital, share) + one.hits * gain - one.n * price) for gain, price, capital in kept]
        waiting = -log(k + 1)
        end = waiting
        for _, _, capital in kept:
            end = _sum(end, capital)
        best = max(best, end)
    return best if ever else end


def _since(before: Seen, windows: Sequence[Seen], is_up: bool) -> int:
    """The window from which on the calls fit a change best."""
    rate = min(max(before.share, 0.5 / before.n), 1 - 0.5 / before.n) if before.n >= 1 else 0.5
    best, found = -inf, len(windows) - 1
    for odds in ODDS:
        factor = odds if is_up else 1 / odds
        gain, price = log(factor), log1p((factor - 1) * rate)
        total = 0.0
        for at in range(len(windows) - 1, -1, -1):
            total += windows[at].hits * gain - windows[at].n * price
            if windows[at].n and total > best:
                best, found = total, at
    return found


def _combined(product: float) -> float:
    """The p-value of the product of two independent p-values."""
    return min(1.0, product * (1 - log(product))) if product > 0 else 0.0


def _interval(one: Seen, confidence: float) -> tuple[float, float]:
    return wilson(one.hits, one.n, confidence)  # pyright: ignore[reportArgumentType]


def _opposite(one: Seen) -> Seen:
    return Seen(one.n, 1 - one.share)


def _sum(one: float, other: float) -> float:
    """ln(e^one + e^other)."""
    high, low = max(one, other), min(one, other)
    return high if low == -inf else high + log1p(exp(low - high))
