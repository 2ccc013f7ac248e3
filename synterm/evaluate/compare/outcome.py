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


def insufficient(report: CompareReport) -> list[str]:
    """The variants that, as a whole, can't be told from what they are held against, in words: too little changed,
    nothing was compared, or nothing stands against them.

    It is the whole that is looked at, by `synterm run` and `synterm compare` alike: where one of a behavior's three
    cases changed, no more of them can tell, and one such behavior would keep the answer at "not enough" for good.
    """
    if not report.comparisons:
        return ["nothing was compared"]
    open_ = [found.after for found in report.comparisons if found.whole.passes.verdict == "not enough evidence"]
    alone = [f"nothing stands against {name}" for name in report.variants_unpaired]
    return [*(f"{name} as a whole" for name in open_), *alone]


def exit_code(report: CompareReport, fail_on: Collection[str]) -> tuple[ExitCode, str]:
    """The exit code, and why: `fail_on` may have ``regression`` and ``insufficient``."""
    if "regression" in fail_on and (worse := regressions(report)):
        return ExitCode.GATE_FAILED, f"worse: {_several(worse)}"
    if "insufficient" in fail_on and (open_ := insufficient(report)):
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
