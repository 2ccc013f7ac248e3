"""How likely something is, by a few figures: logistic regression, fitted on what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_STEPS = 50
_ENOUGH = 1e-9
_PULL = 1.0
"""Pulls the weights of the figures, in units of their spread, towards 0: as a normal distribution of variance 1 that
stands for what is known beforehand. It counts as little as a few observations do."""


class Logistic:
    """1 / (1 + exp(-z)), where z is a weighted sum of the figures and a constant. No weight is below 0, so that more of
    a figure never makes it less likely: one that would have such a weight is left out."""

    def __init__(self, figures: Floats, truths: Floats, weights: Floats) -> None:
        """`figures`: a row for each observation; `truths`: 1 where it was so, 0 where not; `weights`: for how many each
        counts.

        Where all were so, or none, it stops short of certainty: the truths are taken as (n₁ + 1) / (n₁ + 2) and
        1 / (n₀ + 2), by J. Platt, "Probabilistic outputs for support vector machines", 1999, §2.2.
        """
        import numpy as np

        so, not_so = float(weights @ truths), float(weights @ (1 - truths))
        target = np.where(truths > 0, (so + 1) / (so + 2), 1 / (not_so + 2))
        self._middle, spread = figures.mean(axis=0), figures.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        rows = self._rows(figures)
        used = np.ones(rows.shape[1], bool)
        while (found := _fitted(rows * used, target, weights))[:-1].min(initial=0.0) < 0:
            used[int(found[:-1].argmin())] = False
        self._found = found

    def chance(self, figures: Floats) -> Floats:
        """How likely it is, for each row of figures: between 0 and 1."""
        return _curve(self._rows(figures) @ self._found)

    def _rows(self, figures: Floats) -> Floats:
        import numpy as np

        scaled = (figures - self._middle) / self._spread
        return np.hstack([scaled, np.ones((len(figures), 1))])


def _curve(values: Floats) -> Floats:
    import numpy as np

    return 1 / (1 + np.exp(-np.clip(values, -30, 30)))


def _fitted(rows: Floats, target: Floats, weights: Floats) -> Floats:
    """By Newton's steps; the last column is the constant."""
    import numpy as np

    pull = np.full(rows.shape[1], _PULL)
    pull[-1] = 1e-6  # the constant is free
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chance = _curve(rows @ found)
        slope = rows.T @ (weights * (chance - target)) + pull * found
        bend = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + np.diag(pull)
        step = np.linalg.solve(bend, slope)
        found = found - step
        if np.abs(step).max() < _ENOUGH:
            break
    return found
