"""The parts of a run's report that look at single cases: confusions, errors, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from synterm.core.case import input_text, value_text
from synterm.core.report import EvaluationReport, RunReport, VariantReport
from synterm.reports.changes import changes
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


def errors(report: RunReport, width: int) -> Iterator[RenderableType]:
    """Why evaluations have no verdict, the most frequent reasons first, and what to do about it."""
    reasons = Counter((done.error or "", done.hint or "") for done in report.evaluations if done.passed is None)
    if not reasons:
        return
    yield Text(f"No verdict ({report.totals.errors:,}): errors, not failures", "yellow")
    for (error, hint), count in reasons.most_common(_ERRORS):
        yield Text(f"  {count}×  {one_line(error, width * 2)}")
        if hint:
            yield Text(f"      {one_line(hint, width * 2)}", "dim")
    if len(reasons) > _ERRORS:
        yield Text(f"  and {len(reasons) - _ERRORS} other reasons", "dim")


def failures(report: RunReport, width: int) -> Iterator[RenderableType]:
    """Some cases that fail under the last variant: those that it broke first, then those with the lowest score."""
    if not report.variants:
        return
    last = report.variants[-1]
    broken = {case for change in changes(report) if change.after.name == last.name for case in change.broken}
    failed = [done for done in report.evaluations if done.variant == last.name and done.passed is False]
    if not failed:
        return
    failed.sort(key=lambda done: (done.case_id not in broken, done.score or 0.0))
    shown = f"{min(len(failed), _WORST)} of {len(failed)}"
    yield Text.assemble("Failing under ", (one_line(last.name), "bold"), (f"  {shown}", "dim"))
    for done in failed[:_WORST]:
        yield from _failure(done, done.case_id in broken, width)


def _failure(done: EvaluationReport, broken: bool, width: int) -> Iterator[Text]:
    mark = ("▼ ", "red") if broken else ("  ", "")
    yield Text.assemble(mark, one_line(input_text(done.input), width - 3))
    place = f"  {done.case_id[-8:]}  {one_line(done.behavior)}"
    line = Text("    ")
    reason = next((check.reason for check in done.checks if check.passed is False), "") if done.label is None else ""
    if done.expected is not None and not reason:
        line.append(f"expected {one_line(value_text(done.expected), 30)}, ")
    line.append("got ").append(one_line(done.label or done.output, 30) or "nothing", "red")
    if reason:
        line.append(f": {one_line(reason, 60)}")
    line.append(place, "dim")
    line.truncate(width, overflow="ellipsis")
    yield line
