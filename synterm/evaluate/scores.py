"""The scores of one named metric under one variant."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from math import fsum

from synterm.core.evaluation import CheckResult
from synterm.evaluate.statistics import wilson


class Scores:
    """Scores, added up for each case by its number in the sheet: a case may have several repeats, and several checks
    that name the metric."""

    __slots__ = ("_counts", "_sums", "passed")

    def __init__(self) -> None:
        self._sums = array("d")
        self._counts = array("i")
        self.passed = 0
        """How many of the checks passed."""

    def add(self, case: int, check: CheckResult) -> None:
        """Count what one check found in an answer to a case. One that gave no score counts for nothing."""
        if check.score is None:
            return
        if (missing := case + 1 - len(self._counts)) > 0:
            self._sums.extend((0.0,) * missing)
            self._counts.extend((0,) * missing)
        self._sums[case] += check.score
        self._counts[case] += 1
        self.passed += bool(check.passed)

    @property
    def n(self) -> int:
        """How many scores there are."""
        return sum(self._counts)

    @property
    def mean(self) -> float | None:
        """Their mean, 0 to 1; None without any."""
        return fsum(self._sums) / self.n if self.n else None

    def over(self, cases: Iterable[int]) -> tuple[float, int]:
        """The sum of the scores on some cases, and how many there are."""
        inside = [case for case in cases if case < len(self._counts)]
        return fsum(self._sums[case] for case in inside), sum(self._counts[case] for case in inside)

    def interval(self, roots: Sequence[int]) -> tuple[float, float] | None:
        """95 % interval of the mean over independent cases; `roots` has the number of each case's root.

        Each root counts once, with the mean of its scores. It is Wilson's interval for a rate of this size: scores from
        0 to 1 vary at most as much as passes and failures with the same mean do, so for graded scores it is wider than
        it need be, and for passes and failures it is exact.
        """
        sums: dict[int, list[float]] = {}
        counts: dict[int, int] = {}
        for case, count in enumerate(self._counts):
            if count:
                sums.setdefault(roots[case], []).append(self._sums[case])
                counts[roots[case]] = counts.get(roots[case], 0) + count
        means = [fsum(found) / counts[root] for root, found in sums.items()]
        # A mean of many ones may come to more than 1 by rounding.
        return wilson(min(fsum(means), len(means)), len(means)) if means else None
