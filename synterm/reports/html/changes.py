"""What changed, as the page shows it: against the baseline, or from version to version of a prompt in the run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synterm.core.comparison import ChangedCase, CompareReport, PartComparison, SideOfCase, VariantComparison, Verdict
from synterm.core.report import RunReport
from synterm.core.tree import Tree
from synterm.evaluate.compare.outcome import worst_first
from synterm.evaluate.report import RunResult
from synterm.reports.changes import Change, changes
from synterm.reports.comparison import compared_words, more_words, not_compared, points
from synterm.reports.evaluations import evaluation_report
from synterm.reports.figures import p_words
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded

MOST = 200
"""Cases of each list that are shown."""
_ANSWER = 400


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One variant before against one after."""

    before: str
    after: str
    verdict: Verdict
    fixed_count: int
    broken_count: int
    fixed: Sequence[ChangedCase]
    """At most 200 of them."""
    broken: Sequence[ChangedCase]
    words: str
    """How sure one can be."""
    parts: Sequence[PartComparison] = ()
    """By behavior, where that is known, what got worse first."""
    left_out: str = ""
    """Cases that were not compared, and why."""
    paired: bool = True
    """False: the rates of different data points, of which none is fixed or broken."""


def shown_changes(project: Project, report: RunReport, result: RunResult) -> list[ShownChange]:
    """The comparison of the run where it has one; else each prompt's first version against its last."""
    if report.comparison is not None:
        return [_compared(found) for found in report.comparison.comparisons]
    found = changes(result.sheet)
    sides = _sides(project, report.run_id, result, found)
    return [_within(result, change, sides) for change in found]


def title(comparison: CompareReport | None) -> str:
    """What is held against what."""
    return f"Against {comparison.before.name}" if comparison else "From version to version"


def _compared(found: VariantComparison) -> ShownChange:
    passes = found.whole.passes
    words = [compared_words(passes)]
    if passes.difference is not None and passes.difference_ci is not None:
        words.append(f"pass rate {points(passes)}")
    if passes.compared:
        words.append(f"{p_words(passes.p_value)} ({passes.test})")
    if passes.compared and (more := more_words(passes)):
        words.append(more)
    left_out = not_compared(found) if found.unpaired_counts else ""
    return ShownChange(
        found.before,
        found.after,
        passes.verdict,
        passes.fixed,
        passes.broken,
        found.fixed[:MOST],
        found.broken[:MOST],
        "; ".join(words),
        worst_first(found.behaviors),
        left_out,
        paired=passes.sizes is None,
    )


_Sides = dict[tuple[tuple[str, str], str], list[Recorded]]
"""Evaluations by variant key and case id."""


def _sides(project: Project, run_id: str, result: RunResult, found: Sequence[Change]) -> _Sides:
    """The evaluations of the cases that are shown."""
    wanted = {case for change in found for case in (*change.fixed[:MOST], *change.broken[:MOST])}
    sides: _Sides = defaultdict(list)
    for done in project.runs.recorded(run_id, cases=wanted) if wanted else ():
        if result.repeating.counts(done.repeat):
            sides[(done.body_id, done.model_name), done.case_id].append(done)
    return sides


def _within(result: RunResult, change: Change, sides: _Sides) -> ShownChange:
    words = "the same cases in pairs"
    if change.changed_roots:
        words = f"{p_words(change.p_value)} (exact McNemar over independent cases)"
    return ShownChange(
        change.before.name,
        change.after.name,
        change.verdict,
        len(change.fixed),
        len(change.broken),
        list(_cases(result, change, change.fixed, sides)),
        list(_cases(result, change, change.broken, sides)),
        words,
    )


def _cases(result: RunResult, change: Change, cases: Sequence[str], sides: _Sides) -> Iterator[ChangedCase]:
    for case_id in cases[:MOST]:
        before, after = (sides.get((variant.key, case_id), []) for variant in (change.before, change.after))
        if before and after:  # else someone has removed the run meanwhile
            one, tree = after[0], result.tree
            yield ChangedCase(
                case_id=case_id,
                path=tree.path(one.scenario_id) if one.scenario_id in tree else "",
                input=one.input,
                expected=one.expected,
                before=_side(before, tree),
                after=_side(after, tree),
            )


def _side(found: Sequence[Recorded], tree: Tree) -> SideOfCase:
    shown = next((done for done in found if done.passed is not True), found[0])
    judged = [done.passed for done in found if done.passed is not None]
    told = evaluation_report(shown, tree)
    reasons = (check.reason for check in told.checks if check.passed is False)
    return SideOfCase(
        passed=shown.passed,
        rate=sum(judged) / len(judged) if judged else None,
        score=shown.score,
        output=told.output[:_ANSWER],
        reason=told.error or next(reasons, ""),
    )
