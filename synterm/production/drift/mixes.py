"""Whether calls spread over several kinds otherwise than before; and what one look may spend of all looks' doubt."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from math import log

from synterm.production.drift.tails import chi_square_above

LEAST = 5.0
"""Kinds of which fewer are expected, on either side, are taken together."""
_FEW = 200
"""With fewer calls than this on one side, chance is asked by drawing lots, not by a formula."""
_LOTS = 1999


def same_mix(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """The p-value of "both spread over the kinds in the same way"; 1 where there are fewer than two kinds.

    `before`, `after`: independent calls of each kind. The G-test (R. R. Sokal and F. J. Rohlf, Biometry, §17.2) with
    Williams's correction (Biometrika 63 (1976) 33–37); for few calls its permutation test: how often lots that are
    drawn anew give as large a G.
    """
    pairs = _pooled(before, after)
    if len(pairs) < 2:
        return 1.0
    found = _g(pairs)
    n, m = (sum(column) for column in zip(*pairs, strict=True))
    if min(n, m) < _FEW:
        return _by_lots([(round(one), round(other)) for one, other in pairs], _g)
    total = n + m
    rows = total * (1 / n + 1 / m) - 1
    columns = total * sum(1 / (one + other) for one, other in pairs) - 1
    williams = 1 + rows * columns / (6 * total * (len(pairs) - 1))
    return chi_square_above(found / williams, len(pairs) - 1)


def spent(p_value: float, look: int) -> float:
    """The p-value of one look among many, so that over all looks together it still is one: look k, from 1 on, may use
    1/(k·(k + 1)) of the whole doubt (Bonferroni's inequality)."""
    return min(1.0, p_value * look * (look + 1))


def _pooled(before: Mapping[str, float], after: Mapping[str, float]) -> list[tuple[float, float]]:
    """The kinds as pairs of counts, those that are too rare taken together."""
    n, m = sum(before.values()), sum(after.values())
    if not n or not m:
        return []
    pairs: list[tuple[float, float]] = []
    rare = (0.0, 0.0)
    for kind in sorted({*before, *after}):
        one, other = before.get(kind, 0.0), after.get(kind, 0.0)
        if (one + other) * min(n, m) / (n + m) < LEAST:
            rare = (rare[0] + one, rare[1] + other)
        else:
            pairs.append((one, other))
    return [*pairs, rare] if sum(rare) else pairs


def _g(pairs: Sequence[tuple[float, float]]) -> float:
    n, m = (sum(column) for column in zip(*pairs, strict=True))
    total = 0.0
    for one, other in pairs:
        for count, share in ((one, n / (n + m)), (other, m / (n + m))):
            if count > 0:
                total += count * log(count / ((one + other) * share))
    return max(0.0, 2 * total)


def _by_lots(pairs: Sequence[tuple[int, int]], statistic: Callable[[Sequence[tuple[float, float]]], float]) -> float:
    """How often lots give as much; with the same seed each time, so that looking again draws no new ones."""
    kinds = [at for at, pair in enumerate(pairs) for _ in range(sum(pair))]
    n = sum(one for one, _ in pairs)
    if not 0 < n < len(kinds):
        return 1.0
    limit = statistic(pairs) * (1 - 1e-9)
    lots, as_much = random.Random(len(kinds)), 1  # noqa: S311
    totals = [sum(pair) for pair in pairs]
    for _ in range(_LOTS):
        drawn = [0] * len(pairs)
        for at in lots.sample(kinds, n):
            drawn[at] += 1
        as_much += statistic([(one, total - one) for one, total in zip(drawn, totals, strict=True)]) >= limit
    return as_much / (_LOTS + 1)
