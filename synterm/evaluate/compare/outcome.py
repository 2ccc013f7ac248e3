"""What a comparison comes to: whether anything got worse, and whether it could tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from synterm.core.comparison import CompareReport, PartComparison, VariantComparison, Verdict
from synterm.errors import ExitCode

_NAMED = 3


def regressions(report: CompareReport) -> list[str]:
    """What got worse by passes and failures, in words: a variant as a whole, or a behavior of it. A score that fell
    while as many pass is shown, and is no regression: set a threshold on its check where it is to be one."""
    return list(_with("worse", report))


def undecided(report: CompareReport) -> list[str]:
    """Where there was not enough evidence, in words; also when nothing was compared at all."""
    return list(_with("not enough evidence", report)) if report.comparisons else ["nothing was compared"]


def insufficient(report: CompareReport) -> bool:
    """Whether, of a run, a variant as a whole can't be told from what it was held against: too little changed, nothing
    was compared, or nothing stands against it."""
    wholes = (found.whole.passes.verdict for found in report.comparisons)
    return "not enough evidence" in wholes or bool(report.variants_unpaired)


def exit_code(report: CompareReport, fail_on: Collection[str]) -> tuple[ExitCode, str]:
    """The exit code, and why: `fail_on` may have ``regression`` and ``insufficient``."""
    if "regression" in fail_on and (worse := regressions(report)):
        return ExitCode.GATE_FAILED, f"worse: {_several(worse)}"
    if "insufficient" in fail_on and (open_ := undecided(report)):
        return ExitCode.INSUFFICIENT, f"not enough evidence: {_several(open_)}"
    return ExitCode.OK, ""


def behaviors_that(verdict: Verdict, comparison: VariantComparison) -> list[str]:
    """The paths of the behaviors that got this verdict."""
    return [part.path for part in comparison.behaviors if part.passes.verdict == verdict]


def worst_first(parts: Iterable[PartComparison]) -> list[PartComparison]:
    """Those that got worse, by how far their rate fell; then the others, as they came."""
    return sorted(parts, key=_how_bad)


def _how_bad(part: PartComparison) -> tuple[bool, float]:
    worse = part.passes.verdict == "worse"
    return not worse, (part.passes.difference or 0.0) if worse else 0.0


def _with(verdict: Verdict, report: CompareReport) -> Iterator[str]:
    for comparison in report.comparisons:
        for part in (*_whole(comparison), *worst_first(comparison.behaviors)):
            if part.passes.verdict == verdict:
                yield f"{comparison.after}: {part.path}" if part.path else f"{comparison.after} as a whole"


def _whole(comparison: VariantComparison) -> list[PartComparison]:
    # Where all is one behavior, it is told once.
    return [] if len(comparison.behaviors) == 1 else [comparison.whole]


def _several(parts: list[str]) -> str:
    more = f" and {len(parts) - _NAMED} more" if len(parts) > _NAMED else ""
    return "; ".join(parts[:_NAMED]) + more
