"""A comparison with a baseline, as gates and the rows of a report look into it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from synterm.core.comparison import CompareReport, PassComparison, VariantComparison, Verdict
from synterm.core.report import Comparison
from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import ALPHA


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands against the baseline."""

    verdict: Verdict
    turned: str
    """What changed, in words."""
    firm: bool
    """Whether it is worse, or is not, whatever the missing verdicts say."""


class Against:
    """Looks up how nodes stand against the earlier side of a comparison."""

    def __init__(self, report: CompareReport, behaviors: Collection[str] = (), *, complete: bool = True) -> None:
        """`behaviors`: the paths of those that the run was to evaluate; `complete`: whether it has all its verdicts.

        A behavior's p-value is adjusted for how many behaviors were compared, so it is not only its own verdicts that
        could turn it.
        """
        self.baseline = report.before.name
        self._behaviors = frozenset(behaviors)
        self._complete = complete
        self._by_variant = {found.after: found for found in report.comparisons}

    def row(self, path: str, variant: str) -> Comparison | None:
        """What the report says of a behavior; None where nothing of it was compared."""
        found = self._by_variant.get(variant)
        passes = _behavior(found, path) if found else None
        return passes and Comparison(
            baseline=self.baseline,
            fixed=passes.fixed,
            broken=passes.broken,
            p_value=passes.p_value,
            p_adjusted=passes.p_adjusted,
            verdict=passes.verdict,
            more_cases_needed=passes.more_cases_needed,
            sizes=passes.sizes,
            rate_before=passes.rate_before if passes.sizes else None,
            rate_after=passes.rate_after if passes.sizes else None,
        )

    def knows(self, variant: str) -> bool:
        """Whether the variant was held against anything."""
        return variant in self._by_variant

    def standing(self, path: str, variant: str, missing: int = 0) -> Standing | None:
        """How the node at `path` stands, the whole run for an empty one, with so many verdicts missing below it.

        None where nothing of it was compared.
        """
        found = self._by_variant.get(variant)
        if found is None:
            return None
        behavior = _behavior(found, path)
        passes = behavior or _alone(found, path)
        if passes is None:
            return None
        tests = len(self._behaviors.union(part.path for part in found.behaviors)) if behavior else 1
        settled = not missing and (self._complete or not behavior)
        return Standing(passes.verdict, passes.turned, settled or _is_firm(passes, missing, tests))


def _is_firm(passes: PassComparison, missing: int, tests: int) -> bool:
    """Whether so many missing verdicts, and any number of them elsewhere, could not turn it.

    Each can move one lineage from one side to the other. A p-value that is corrected for so many tests is at least the
    plain one, and at most that many times as large.
    """
    if passes.sizes is not None:
        return False
    up, down = passes.roots_up, passes.roots_down
    if passes.verdict == "worse":
        better, worse = up + missing, max(down - missing, 0)
        return worse > better and mcnemar_exact(better, worse) * tests < ALPHA
    better, worse = max(up - missing, 0), down + missing
    return worse <= better or mcnemar_exact(better, worse) >= ALPHA


def _behavior(found: VariantComparison, path: str) -> PassComparison | None:
    return next((part.passes for part in found.behaviors if part.path == path), None) if path else None


def _alone(found: VariantComparison, path: str) -> PassComparison | None:
    """The whole, or a part of another level."""
    parts = (part.passes for part in (found.whole, *found.gated) if part.path == path)
    return next((passes for passes in parts if passes.compared), None)
