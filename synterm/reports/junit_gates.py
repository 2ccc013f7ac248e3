"""The suites of a JUnit file that are about the run as a whole: its gates, and what a comparison found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from synterm.core.report import RunReport
from synterm.reports.figures import p_words, percent
from synterm.reports.findings import WHOLE, FoundGate, FoundPart, gates, is_share, parts
from synterm.reports.junit_suite import Suite
from synterm.reports.xml import element, line, start
from synterm.text import plural

_NAME = 512
_MESSAGE = 1024
_COMPLETE = "every planned evaluation was made"

Stable = Callable[[str], str]
"""The name of a variant as tests have it."""


def gate_suites(report: RunReport, stable: Stable) -> list[Suite]:
    """``gates``, in which a failed gate is a failed test; and ``regressions`` where the run was compared."""
    suite, taken = Suite("gates"), Counter[str]()
    _add(suite, taken, _COMPLETE, *_completeness(report))
    for found in gates(report):
        where = f" [{stable(found.variant)}]" if found.variant else ""
        _add(suite, taken, f"{found.path}{where}: {found.gate.words}", *_gate(found))
    if report.comparison is None:
        return [suite]
    compared, taken = Suite("regressions"), Counter[str]()
    for found in parts(report):
        # A test keeps its name, also in a run that was cut short, which is a failed test of its own.
        what = f"{found.part.path or WHOLE} [{stable(found.pair.after)}]"
        name = f"{what} is no worse than in {report.comparison.before.name}"
        _add(compared, taken, name, *_part(found, share=is_share(report)))
    return [suite, compared]


def _add(suite: Suite, taken: Counter[str], name: str, tag: str, kind: str, message: str) -> None:
    """Add a test; `tag` is empty, failure, error or skipped."""
    name = line(name, _NAME - 8)
    taken[name] += 1
    shown = name if taken[name] == 1 else f"{name} ({taken[name]})"
    suite.tests += 1
    suite.failures += tag == "failure"
    suite.errors += tag == "error"
    suite.skipped += tag == "skipped"
    inner = element(tag, type=kind or None, message=line(message, _MESSAGE)) if tag else ""
    suite.own_tests.append(f"\n{start('testcase', classname=suite.name, name=shown, time='0.000')}{inner}</testcase>")


def _completeness(report: RunReport) -> tuple[str, str, str]:
    left = report.totals.not_made
    if not left and not report.halted:
        return "", "", ""
    return "error", "incomplete", f"{report.halted or 'interrupted'}; {plural(left, 'evaluation')} not made"


def _gate(found: FoundGate) -> tuple[str, str, str]:
    gate = found.gate
    note = f"; {gate.note}" if gate.note else ""
    if gate.state == "failed":
        return "failure", "gate", f"found: {found.found}{note}"
    if gate.state == "open":
        why = "" if gate.why else "; evaluations without a verdict could tip it"
        return "error", "undecided", f"not decided; found: {found.found}{why}{note}"
    return "", "", ""


def _part(found: FoundPart, *, share: bool) -> tuple[str, str, str]:
    passes = found.part.passes
    rates = f"{percent(passes.rate_before)} before, {percent(passes.rate_after)} now"
    told = f"{rates}; {passes.turned}, {p_words(passes.p_adjusted)}"
    if passes.verdict == "worse" and share:
        return "skipped", "", f"worse in this shard, the merged run decides: {told}"
    if passes.verdict == "worse":
        return "failure", "regression", told
    if passes.verdict == "not enough evidence":
        more = f"; about {passes.more_cases_needed} more cases would tell" if passes.more_cases_needed else ""
        return "skipped", "", f"not enough evidence: {told}{more}"
    return "", "", ""
