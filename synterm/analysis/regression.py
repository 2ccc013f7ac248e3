"""Which class a thing belongs to, by how like it is to things of known classes: kernel ridge regression.

With a kernel K (how alike each two of n things are), weights w and classes as columns Y of zeros and ones, the
coefficients are A = (K + r W⁻¹)⁻¹ Y with W = diag(w), and what is said of another thing is k A: about 1 in the column
of the class that it belongs to, about 0 in all columns where it is like nothing.

What would be said of some of the things if they had not been known takes no second fit: with P = (K + r W⁻¹)⁻¹ and a
block b of things that are left out together, it is Y_b - (P_bb)⁻¹ A_b. (For a block of one: G. Wahba, Spline Models for
Observational Data, SIAM 1990, §4.2; for more by the inverse of a partitioned matrix.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

RIDGE = 0.3
"""r, above: how much less than fully each thing is believed."""


class Regression:
    """Things of known classes."""

    def __init__(self, kernel: Any, classes: Places, weights: Floats) -> None:
        """`kernel`: n × n, symmetric; `classes`: 0, 1 and so on, of each thing; `weights`: above 0, their mean is 1."""
        import numpy as np

        self._targets = np.eye(int(classes.max()) + 1)[classes]
        inverse: Any = np.linalg.inv(np.asarray(kernel, np.float64) + np.diag(RIDGE / weights))
        self._inverse: Floats = inverse
        self.coefficients: Floats = self._inverse @ self._targets
        """A row for each thing, a column for each class."""

    def without(self, block: Places) -> Floats:
        """What would be said of these things if none of them were known: a row for each, a column for each class."""
        import numpy as np

        part = self._inverse[np.ix_(block, block)]
        return self._targets[block] - np.linalg.solve(part, self.coefficients[block])
