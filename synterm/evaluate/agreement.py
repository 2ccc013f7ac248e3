"""How far two judges agree on the same answers: people and checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from synterm.evaluate.statistics import wilson

_NOTHING = 1e-6
"""Half of an interval that is none: what rounding leaves of a variance of nought."""


class Cells(NamedTuple):
    """A two-by-two table."""

    both_passed: int = 0
    only_human: int = 0
    only_check: int = 0
    both_failed: int = 0

    @property
    def n(self) -> int:
        """How many answers it is about."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class Agreement:
    """The two-by-two table of a person's verdicts and a check's, and how many the check gave none on."""

    both_passed: int = 0
    only_human: int = 0
    """Passed by the person, failed by the check."""
    only_check: int = 0
    """Failed by the person, passed by the check."""
    both_failed: int = 0
    undecided: int = 0
    """Judged by the person, without verdict of the check; in none of the figures."""
    by_root: tuple[Cells, ...] = ()
    """The same table for each lineage, whose answers are not independent; empty where each answer is one of its own."""

    @property
    def n(self) -> int:
        """How many answers both judged."""
        return self.both_passed + self.only_human + self.only_check + self.both_failed

    @property
    def agreed(self) -> int:
        """On how many they said the same."""
        return self.both_passed + self.both_failed

    @property
    def human_passed(self) -> int:
        """How many the person passed."""
        return self.both_passed + self.only_human

    @property
    def human_failed(self) -> int:
        """How many the person failed."""
        return self.only_check + self.both_failed

    @property
    def rate(self) -> float | None:
        """The share on which they said the same; None without any."""
        return _share(self.agreed, self.n)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval for the rate, over independent lineages."""
        return _wilson(self.agreed, self.n, self.roots)

    @property
    def sensitivity(self) -> float | None:
        """Of what the person passed, the share that the check passes; None without any."""
        return _share(self.both_passed, self.human_passed)

    @property
    def sensitivity_interval(self) -> tuple[float, float]:
        """The 95 % score interval for it."""
        return _wilson(self.both_passed, self.human_passed, self.passed_roots)

    @property
    def specificity(self) -> float | None:
        """Of what the person failed, the share that the check fails; None without any."""
        return _share(self.both_failed, self.human_failed)

    @property
    def specificity_interval(self) -> tuple[float, float]:
        """The 95 % score interval for it."""
        return _wilson(self.both_failed, self.human_failed, self.failed_roots)

    @property
    def roots(self) -> int:
        """How many lineages the answers come from."""
        return len(self.by_root) or self.n

    @property
    def passed_roots(self) -> int:
        """How many lineages have an answer that the person passed."""
        return sum(1 for cells in self.by_root if cells.both_passed + cells.only_human) or self.human_passed

    @property
    def failed_roots(self) -> int:
        """How many lineages have an answer that the person failed."""
        return sum(1 for cells in self.by_root if cells.only_check + cells.both_failed) or self.human_failed

    @property
    def kappa(self) -> float | None:
        """Agreement beyond what two judges with these habits reach by chance: 1 full, 0 none, below 0 worse.

        (observed − expected) / (1 − expected), J. Cohen, "A coefficient of agreement for nominal scales", Educational
        and Psychological Measurement 20 (1960) 37–46. None where it is not defined: without answers, and when both gave
        one and the same verdict on all of them.
        """
        n, expected = self.n, self._expected
        return None if expected == n * n else (n * self.agreed - expected) / (n * n - expected)

    @property
    def kappa_interval(self) -> tuple[float, float] | None:
        """The 95 % interval for kappa, by the delta method; None where kappa is not defined.

        J. L. Fleiss, J. Cohen, B. S. Everitt, "Large sample standard errors of kappa and weighted kappa", Psychological
        Bulletin 72 (1969) 323–327, as the variance of the sum of each answer's influence, with the sum taken lineage by
        lineage, since the answers of one are not independent (K.-Y. Liang, S. L. Zeger, Biometrika 73 (1986) 13–22).
        Full agreement, or a judge who always says the same, has no variance of that kind: there Wilson's interval for
        the agreement is put into kappa's formula, with the expected agreement as it is.
        """
        n, kappa = self.n, self.kappa
        if kappa is None:
            return None
        expected = self._expected / (n * n)
        if self.roots < 2:
            return -1.0, 1.0
        half = _z() * sqrt(self._kappa_variance(expected))
        if half < _NOTHING:
            low, high = ((share - expected) / (1 - expected) for share in self.interval)
        else:
            low, high = kappa - half, kappa + half
        return max(low, -1.0), min(high, 1.0)

    def _kappa_variance(self, expected: float) -> float:
        n, observed = self.n, self.agreed / self.n
        human, check = self.human_passed / n, (self.both_passed + self.only_check) / n

        def influence(said: int, found: int) -> float:
            agrees = ((said == found) - observed) / (1 - expected)
            drift = (2 * check - 1) * (said - human) + (2 * human - 1) * (found - check)
            return agrees - (1 - observed) / (1 - expected) ** 2 * drift

        each = (influence(1, 1), influence(1, 0), influence(0, 1), influence(0, 0))
        if not self.by_root:
            cells = Cells(self.both_passed, self.only_human, self.only_check, self.both_failed)
            squares = sum(count * weight**2 for count, weight in zip(cells, each, strict=True))
        else:
            sums = (sum(count * weight for count, weight in zip(cells, each, strict=True)) for cells in self.by_root)
            # As sample variances are, by one less than there are lineages.
            squares = sum(value**2 for value in sums) * self.roots / (self.roots - 1)
        return squares / n**2

    @property
    def _expected(self) -> int:
        """n² times the agreement that is expected by chance: a whole number."""
        n, human, check = self.n, self.human_passed, self.both_passed + self.only_check
        return human * check + (n - human) * (n - check)


def agreement(pairs: Iterable[tuple[bool, bool | None]], roots: Sequence[str] | None = None) -> Agreement:
    """The table of pairs (the person's verdict, the check's; None where it has none).

    `roots` has the lineage of each pair, where some may share one.
    """
    listed = list(pairs)
    counts = Counter(listed)
    by_root = _by_root(zip(roots, listed, strict=True)) if roots is not None else ()
    return Agreement(*_cells(counts), counts[True, None] + counts[False, None], by_root)


def _by_root(pairs: Iterable[tuple[str, tuple[bool, bool | None]]]) -> tuple[Cells, ...]:
    counts: dict[str, Counter[tuple[bool, bool | None]]] = {}
    for root, pair in pairs:
        counts.setdefault(root, Counter())[pair] += 1
    return tuple(cells for found in counts.values() if (cells := _cells(found)).n)


def _cells(counts: Counter[tuple[bool, bool | None]]) -> Cells:
    return Cells(counts[True, True], counts[True, False], counts[False, True], counts[False, False])


def _share(count: int, n: int) -> float | None:
    return count / n if n else None


def _wilson(count: int, n: int, roots: int) -> tuple[float, float]:
    """Of a share, as if there were one answer of each lineage."""
    return wilson(min(count / n * roots, roots), roots) if n else (0.0, 1.0)


def _z(confidence: float = 0.95) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
