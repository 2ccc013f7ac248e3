"""What a comparison says to the exit code of a run."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.core.comparison import CompareReport, PartComparison


def regressions(report: CompareReport) -> list[tuple[str, str]]:
    """(variant, path) of each behavior that is worse, and with an empty path where the whole is.

    By the share of cases that pass, after the correction for many behaviors.
    """
    return [(variant, part.path) for variant, part in _parts(report) if part.passes.verdict == "worse"]


def insufficient(report: CompareReport) -> bool:
    """Whether a variant could not be told from what it was held against, for want of cases that changed or at all.

    Not where it says the same: there is nothing to tell then.
    """
    wholes = [found.whole.passes for found in report.comparisons]
    undecided = any(not passes.compared or passes.verdict == "not enough evidence" for passes in wholes)
    return undecided or bool(report.variants_unpaired)


def _parts(report: CompareReport) -> Iterator[tuple[str, PartComparison]]:
    for found in report.comparisons:
        for part in (found.whole, *found.behaviors):
            yield found.after, part
