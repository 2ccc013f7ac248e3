"""A comparison with a baseline, as gates and the rows of a report look into it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synterm.core.comparison import ChangedCase, CompareReport, PassComparison, VariantComparison, Verdict
from synterm.core.report import Comparison
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import ALPHA, verdict_of


@dataclass(frozen=True, slots=True)
class Standing:
    """How a node stands against the baseline."""

    verdict: Verdict
    fixed: int
    """Cases."""
    broken: int
    firm: bool
    """Whether it is worse, or is not, whatever the missing verdicts say."""


class Against:
    """Looks up how nodes stand against the earlier side of a comparison.

    The comparison has verdicts on behaviors and on the whole. Of features and scenarios it has the cases that changed,
    from which theirs are counted in the same way: exact McNemar, each lineage once.
    """

    def __init__(self, report: CompareReport, sheet: Sheet) -> None:
        """`sheet`: that of the later side, which knows the lineages of its cases."""
        self.baseline = report.before.name
        self._by_variant = {found.after: found for found in report.comparisons}
        names = sheet.names()
        self._roots = {names[case]: root for case, root in enumerate(sheet.roots) if root >= 0}

    def row(self, path: str, variant: str) -> Comparison | None:
        """What the report says of a behavior; None where nothing of it was compared."""
        found = self._by_variant.get(variant)
        passes = _passes(found, path) if found else None
        return passes and Comparison(
            baseline=self.baseline,
            fixed=passes.fixed,
            broken=passes.broken,
            p_value=passes.p_value,
            p_adjusted=passes.p_adjusted,
            verdict=passes.verdict,
            more_cases_needed=passes.more_cases_needed,
        )

    def knows(self, variant: str) -> bool:
        """Whether the variant was held against anything."""
        return variant in self._by_variant

    def standing(self, path: str, variant: str, missing: int = 0) -> Standing | None:
        """How the node at `path` stands, the whole run for an empty one, with so many verdicts missing.

        None where nothing of it was compared, or too much changed for all of it to be listed.
        """
        found = self._by_variant.get(variant)
        if found is None:
            return None
        passes = _passes(found, path)
        complete = _is_complete(found)
        if passes is None and not (complete and _compared(found, path)):
            return None
        changed = [case for case in (*found.fixed, *found.broken) if _below(case.path, path)]
        up, down = self._turned(changed)
        verdict = passes.verdict if passes else verdict_of(up, down)
        fixed, broken = (passes.fixed, passes.broken) if passes else _counts(found, path)
        tests = max(len(found.behaviors), 1) if path and passes else 1
        firm = not missing or (complete and _is_firm(verdict, (up, down), missing, tests))
        return Standing(verdict, fixed, broken, firm)

    def _turned(self, changed: Iterable[ChangedCase]) -> tuple[int, int]:
        """How many lineages came out better, and how many worse."""
        by_root: dict[int | str, float] = {}
        for case in changed:
            root = self._roots.get(case.case_id, case.case_id)
            by_root[root] = by_root.get(root, 0.0) + (case.after.rate or 0.0) - (case.before.rate or 0.0)
        return sum(turn > 0 for turn in by_root.values()), sum(turn < 0 for turn in by_root.values())


def _is_firm(verdict: Verdict, turned: tuple[int, int], missing: int, tests: int) -> bool:
    """Whether so many missing verdicts could not turn it.

    Each can move one lineage from one side to the other. A p-value that is corrected for so many tests is at least the
    plain one, and at most that many times as large.
    """
    up, down = turned
    if verdict == "worse":
        better, worse = up + missing, max(down - missing, 0)
        return worse > better and mcnemar_exact(better, worse) * tests < ALPHA
    better, worse = max(up - missing, 0), down + missing
    return worse <= better or mcnemar_exact(better, worse) >= ALPHA


def _passes(found: VariantComparison, path: str) -> PassComparison | None:
    if not path:
        return found.whole.passes if found.whole.passes.compared else None
    return next((part.passes for part in found.behaviors if part.path == path), None)


def _is_complete(found: VariantComparison) -> bool:
    """Whether all cases that changed are listed."""
    whole = found.whole.passes
    return len(found.fixed) >= whole.fixed and len(found.broken) >= whole.broken


def _compared(found: VariantComparison, path: str) -> bool:
    """Whether anything of a feature or scenario was compared, as far as that shows."""
    return any(_below(part.path, path) or _below(path, part.path) for part in found.behaviors)


def _counts(found: VariantComparison, path: str) -> tuple[int, int]:
    fixed, broken = (sum(_below(case.path, path) for case in cases) for cases in (found.fixed, found.broken))
    return fixed, broken


def _below(path: str, above: str) -> bool:
    return not above or path == above or path.startswith(f"{above}/")
