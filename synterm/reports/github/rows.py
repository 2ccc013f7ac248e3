"""The rows of a run's page: cases that broke, and cases that fail, each to be unfolded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from synterm.core.case import input_text, value_text
from synterm.core.comparison import ChangedCase, SideOfCase
from synterm.core.evaluation import variant_name
from synterm.core.report import RunReport
from synterm.reports.case_words import answer, check_lines, reason, title
from synterm.reports.findings import broken_cases
from synterm.reports.github.markdown import block, code, details
from synterm.text import one_line

if TYPE_CHECKING:
    from synterm.storage.recorded import Recorded

_TEXT = 1500


class FailingCase(NamedTuple):
    """An evaluation that failed."""

    path: str
    """The scenario's path."""
    done: Recorded


def broken_rows(report: RunReport, most: int) -> Iterator[str]:
    """The cases that came out worse than before, those that changed most first."""
    broken = broken_cases(report)
    if not broken:
        return
    total = sum(pair.whole.passes.broken for pair in report.comparison.comparisons) if report.comparison else 0
    yield f"### Broken cases{_of(min(most, len(broken)), total)}\n"
    for (variant, _), case in [*broken.items()][:most]:
        yield _broken(case, variant)


def failing_rows(report: RunReport, failing: Sequence[FailingCase], most: int) -> Iterator[str]:
    """Cases that fail, but for those that are shown as broken."""
    broken = broken_cases(report)
    rows = [one for one in failing if (_variant(one.done), one.done.case_id) not in broken]
    if rows:
        yield f"### Failing cases{_of(min(most, len(rows)), report.totals.failed)}\n"
        yield from map(_failing, rows[:most])


def _of(shown: int, total: int) -> str:
    return f": {shown:,} of {total:,}" if total > shown else f": {shown:,}"


def _broken(case: ChangedCase, variant: str) -> str:
    summary = f"▼ {code(input_text(case.input), 120)} {code(case.after.reason or 'worse', 160)}"
    facts = [f"{case.path}  {variant}  case {case.case_id}", *_given(case.input, case.expected)]
    return details(summary, [block("\n".join(facts), _TEXT), _side("before", case.before), _side("now", case.after)])


def _side(when: str, side: SideOfCase) -> str:
    verdict = {True: "passed", False: "failed", None: "no verdict"}[side.passed]
    return f"{when}, {verdict}:\n\n{block(side.output or '(nothing)', _TEXT)}"


def _failing(failing: FailingCase) -> str:
    done = failing.done
    facts = [
        f"{failing.path}  {_variant(done)}  case {done.case_id}",
        *_given(done.input, done.expected),
        *check_lines(done.checks),
    ]
    summary = f"{code(title(done, 120), 120)} {code(reason(done), 160)}"
    return details(summary, [block("\n".join(facts), _TEXT), block(answer(done) or "(nothing)", _TEXT)])


def _given(values: dict[str, object], expected: object) -> Iterator[str]:
    for name, value in values.items():
        yield f"{one_line(name, 80)}: {value_text(value)[:_TEXT]}"
    if expected is not None:
        yield f"expected: {value_text(expected)[:_TEXT]}"


def _variant(done: Recorded) -> str:
    return variant_name(done.prompt, done.version, done.model_name)
