"""Why a run's exit code is what it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from synterm.core.report import RunReport
from synterm.errors import ExitCode
from synterm.evaluate.compare.outcome import behaviors_that
from synterm.reports.findings import is_share
from synterm.text import plural


def exit_words(report: RunReport, fail_on: Collection[str]) -> str:
    """The reason in words; empty where all is well. `fail_on`: what makes it another than 0."""
    match ExitCode(report.exit_code):
        case ExitCode.GATE_FAILED:
            return " and ".join(_worse(report, fail_on))
        case ExitCode.INCOMPLETE:
            return "a gate is not decided" if _is_whole(report) else "the run is incomplete"
        case ExitCode.INSUFFICIENT:
            return "not enough evidence to tell it from what it is held against"
        case _:
            return ""


def _is_whole(report: RunReport) -> bool:
    """Whether every evaluation was made and has a verdict."""
    totals = report.totals
    return not (totals.errors or totals.not_made or report.halted)


def _worse(report: RunReport, fail_on: Collection[str]) -> Iterator[str]:
    gates = [*report.gates, *(row.gate for row in report.behaviors if row.gate)]
    if "gate" in fail_on and any(gate.state == "failed" for gate in gates):
        yield "a gate failed"
        if is_share(report):
            return
    found = report.comparison.comparisons if report.comparison and "regression" in fail_on else []
    if any(one.whole.passes.verdict == "worse" or behaviors_that("worse", one) for one in found):
        parts = {path for one in found for path in behaviors_that("worse", one)}
        where = f" in {plural(len(parts), 'behavior')}" if parts else ""
        yield f"a regression was found{where}"
