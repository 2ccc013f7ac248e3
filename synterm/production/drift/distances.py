"""Whether two samples of texts are alike: by the distances between them, without any classifier.

The energy distance of G. J. Székely and M. L. Rizzo ("Energy statistics: a class of statistics based on distances",
Journal of Statistical Planning and Inference 143 (2013) 1249–1272), with a permutation test.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from synterm.production.drift.tails import gamma_above

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

_LOTS = 999
_FEWER_LOTS = 399
"""Where each takes its time, since there is no numpy."""
_RARE = 10
"""With fewer lots than this that are as far apart, their tail is read off a curve that is fitted to all of them."""
_LEAST_P = 1e-12


@dataclass(frozen=True, slots=True)
class Apart:
    """How far two samples lie apart."""

    distance: float
    """The energy distance; 0 for samples that spread in the same way."""
    p_value: float
    """Of "they are drawn from the same"."""
    newness: Sequence[float]
    """For each text, those of the first sample first, how much farther it is from the first sample than from the
    second, on average: what is new has a large one, what is gone a small one."""


def apart(first: Matrix, second: Matrix, seed: int = 1) -> Apart:
    """How far two samples of vectors of length 1 (rows) lie apart, by their Euclidean distances.

    Takes four bytes for each pair: give it 1000 rows or so a side.
    """
    import numpy as np

    n, m = len(first), len(second)
    between = _distances(np.vstack([first, second]))
    lots = np.zeros((_LOTS + 1, n + m), np.float32)
    lots[0, :n] = 1
    chance = np.random.default_rng(seed)
    for row in range(1, _LOTS + 1):
        lots[row, chance.permutation(n + m)[:n]] = 1
    rows = between.sum(axis=1, dtype=np.float64)
    inside = np.einsum("ij,ij->i", lots @ between, lots, dtype=np.float64)
    touching = lots.astype(np.float64) @ rows
    found = _energy(inside, touching, float(rows.sum()), n, m)
    newness = between[:, :n].mean(axis=1) - between[:, n:].mean(axis=1)
    return Apart(max(0.0, float(found[0])), _p_value(float(found[0]), found[1:].tolist()), newness.tolist())


def energy(first: Matrix, second: Matrix) -> float:
    """The energy distance of two samples of vectors of length 1, without a test."""
    import numpy as np

    n, m = len(first), len(second)
    between = _distances(np.vstack([first, second]))
    inside, across = float(between[:n, :n].sum()), float(between[:n, n:].sum())
    return max(0.0, 2 * across / (n * m) - inside / n**2 - float(between[n:, n:].sum()) / m**2)


def apart_by_words(first: Sequence[frozenset[str]], second: Sequence[frozenset[str]], seed: int = 1) -> Apart:
    """The same for sets of words, by the share that two do not have in common; pure Python, so give it 150 a side."""
    n, m = len(first), len(second)
    every = [*first, *second]
    between = [[_unlike(one, other) for other in every] for one in every]
    sums = [fsum(row) for row in between]
    total = fsum(sums)

    def energy_of(chosen: Sequence[int]) -> float:
        pick = itemgetter(*chosen)
        inside = fsum(sum(pick(between[at])) for at in chosen)
        return _energy(inside, fsum(pick(sums)), total, n, m)

    chance = random.Random(seed)  # noqa: S311
    found = energy_of(range(n))
    lots = [energy_of(chance.sample(range(n + m), n)) for _ in range(_FEWER_LOTS)]
    newness = [fsum(row[:n]) / n - fsum(row[n:]) / m for row in between]
    return Apart(max(0.0, found), _p_value(found, lots), newness)


def _energy(inside: Any, touching: Any, total: float, n: int, m: int) -> Any:
    """From the sums of all distances within the first sample, of all from it, and of all: each counted both ways."""
    across, rest = touching - inside, total - 2 * touching + inside
    return 2 * across / (n * m) - inside / n**2 - rest / m**2


def _distances(vectors: Matrix) -> Matrix:
    import numpy as np

    between = np.sqrt(np.clip(2 - 2 * (vectors @ vectors.T), 0, None)).astype(np.float32)
    np.fill_diagonal(between, 0)
    return between


def _unlike(one: frozenset[str], other: frozenset[str]) -> float:
    either = len(one | other)
    return 1 - len(one & other) / either if either else 0.0


def _p_value(found: float, lots: Sequence[float]) -> float:
    """How often lots are as far apart. Where hardly any is, it is read off a gamma distribution with the mean, variance
    and skewness of them all, as A. Gretton and others do ("A fast, consistent kernel two-sample test", NIPS 22
    (2009))."""
    as_far = sum(one >= found - 1e-12 for one in lots)
    p_value = (as_far + 1) / (len(lots) + 1)
    mean = fsum(lots) / len(lots)
    deviation = (fsum((one - mean) ** 2 for one in lots) / len(lots)) ** 0.5
    if as_far >= _RARE or deviation <= 0:
        return p_value
    skewness = max(fsum(((one - mean) / deviation) ** 3 for one in lots) / len(lots), 0.05)
    shape = 4 / skewness**2
    # A gamma variable that is moved and stretched to that mean, variance and skewness (Pearson's type III).
    tail = gamma_above(shape + (found - mean) / deviation * shape**0.5, shape)
    return min(max(tail, _LEAST_P), (_RARE + 1) / (len(lots) + 1))
