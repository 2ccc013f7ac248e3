"""The parts of a run's report that look closer: confusions, errors, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from rich.console import RenderableType
from rich.text import Text

from synterm.core.report import RunReport, VariantReport
from synterm.core.tree import Tree
from synterm.evaluate.failing import Failure, Reasons
from synterm.evaluate.report import RunResult
from synterm.reports.changes import Change
from synterm.reports.tables import confusion_table
from synterm.text import one_line

_WORST = 5
_ERRORS = 3


def confusion(report: RunReport, width: int) -> Iterator[RenderableType]:
    """The confusion matrix of the last variant, or its most frequent confusions where the matrix does not fit."""
    last = report.variants[-1] if report.variants else None
    if last is None or last.classification is None:
        return
    title = Text.assemble("Confusion of ", (one_line(last.name), "bold"))
    table = confusion_table(last.classification, width)
    if table is not None:
        yield title.append("  expected ↓  found →", "dim")
        yield table
    elif pairs := _confusions(last):
        yield title.append(", the most frequent", "dim")
        yield from (Text(f"  {count}×  {expected} taken for {found}") for (expected, found), count in pairs)


def _confusions(variant: VariantReport) -> list[tuple[tuple[str, str], int]]:
    found = variant.classification
    if found is None:
        return []
    counts = Counter(
        {
            (one_line(expected, 30), one_line(got, 30)): count
            for expected, row in zip(found.labels, found.confusion, strict=True)
            for got, count in zip(found.labels, row, strict=True)
            if count and expected != got
        }
    )
    return counts.most_common(_WORST)


def errors(reasons: Reasons, width: int) -> Iterator[RenderableType]:
    """Why evaluations have no verdict, the most frequent reasons first, and what to do about it."""
    if not reasons.counts:
        return
    yield Text(f"No verdict ({reasons.counts.total() + reasons.others:,}): errors, not failures", "yellow")
    for (error, hint), count in reasons.counts.most_common(_ERRORS):
        yield Text(f"  {count}×  {one_line(error, width * 2)}")
        if hint:
            yield Text(f"      {one_line(hint, width * 2)}", "dim")
    if (more := len(reasons.counts) - _ERRORS) > 0:
        yield Text(f"  and {'more than ' if reasons.others else ''}{more} other reasons", "dim")


def failures(result: RunResult, found: Collection[Change], width: int) -> Iterator[RenderableType]:
    """Some cases that fail under the last variant: those that it broke first, then those with the lowest score."""
    worst = list(result.sheet.failures)
    if not worst:
        return
    last = result.variants[-1]
    broken = {case for change in found if change.after.key == last.key for case in change.broken}
    worst.sort(key=lambda failure: (failure.case_id not in broken, failure.score))
    failed = result.sheet.column(last).tally(result.sheet.cases()).failed
    # Of a case that failed more than once, the first.
    once: dict[str, Failure] = {}
    for failure in worst:
        once.setdefault(failure.case_id, failure)
    shown = f"{min(len(once), _WORST)} of {failed}"
    yield Text.assemble("Failing under ", (one_line(last.name), "bold"), (f"  {shown}", "dim"))
    for failure in list(once.values())[:_WORST]:
        yield from _failure(failure, failure.case_id in broken, result.tree, width)


def _failure(failure: Failure, broken: bool, tree: Tree, width: int) -> Iterator[Text]:
    mark = ("▼ ", "red") if broken else ("  ", "")
    yield Text.assemble(mark, one_line(failure.input, width - 3))
    line = Text("    ")
    if failure.expected is not None and not failure.reason:
        line.append(f"expected {one_line(failure.expected, 30)}, ")
    line.append("got ").append(one_line(failure.got, 30) or "nothing", "red")
    if failure.reason:
        line.append(f": {one_line(failure.reason, 60)}")
    line.append(f"  {failure.case_id[-8:]}  {one_line(tree.path(failure.scenario_id))}", "dim")
    line.truncate(width, overflow="ellipsis")
    yield line
