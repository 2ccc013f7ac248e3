"""How the run stands: its gates, the verdict on the whole, and the behaviors under the variants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from synterm.core.report import GateReport, GateState, RunReport
from synterm.evaluate.column import Column
from synterm.evaluate.report import RunResult
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.tally import Tally
from synterm.reports.figures import percent
from synterm.reports.findings import FoundGate, gates, regressions
from synterm.reports.html.changes import ShownChange
from synterm.text import plural

MARKS: dict[str, str] = {"passed": "✓", "failed": "✗", "open": "?", "none": "–"}
_ORDER = ("failed", "open", "passed")

State = Literal["passed", "failed", "open", "none"]


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict on the whole run, in words."""

    state: State
    words: str
    more: Sequence[str]


@dataclass(frozen=True, slots=True)
class BehaviorCell:
    """A node under a variant."""

    tally: Tally
    rate: float | None
    interval: tuple[float, float] | None
    gates: Sequence[GateReport]

    @property
    def state(self) -> GateState | None:
        """The worst state of its gates; None without any."""
        states = {gate.state for gate in self.gates}
        return next((state for state in _ORDER if state in states), None)

    @property
    def limit(self) -> float | None:
        """The highest pass rate that a gate asks for, 0 to 1."""
        return max((gate.min_pass_rate for gate in self.gates if gate.min_pass_rate is not None), default=None)


@dataclass(frozen=True, slots=True)
class BehaviorRow:
    """A node of the tree that the run has evaluations of; a cell for each variant, None for one without any."""

    name: str
    path: str
    level: str
    cells: Sequence[BehaviorCell | None]


def gate_lines(report: RunReport) -> list[FoundGate]:
    """All gates: those that fail first, then those that are open."""
    return sorted(gates(report), key=lambda found: _ORDER.index(found.gate.state))


def standing(report: RunReport, found: Sequence[FoundGate], changed: Sequence[ShownChange]) -> Standing:
    """The verdict on the run: what fails first, then what is not known, then what holds."""
    failed, undecided = (sum(line.gate.state == state for line in found) for state in ("failed", "open"))
    worse = bool(regressions(report))
    state, words = _words(report, len(found), failed, undecided, worse=worse)
    return Standing(state, words, [*_more(report, failed, undecided, worse=worse), *map(_change, changed)])


def behavior_rows(report: RunReport, result: RunResult) -> list[BehaviorRow]:
    """The tree with what each variant came to at each of its nodes."""
    sheet, tree = result.sheet, result.tree
    gates: dict[tuple[str, str], list[GateReport]] = {}
    for row in report.behaviors:
        if row.gate:
            gates.setdefault((row.path, row.variant), []).append(row.gate)
    rows: list[BehaviorRow] = []
    for node in tree.walk():
        cases, path = sheet.cases(scenario.id for scenario in tree.scenarios(node.id)), tree.path(node.id)
        cells: list[BehaviorCell | None] = []
        for variant in result.variants:
            column = sheet.column(variant)
            tally = column.tally(cases)
            found = gates.get((path, variant.name), [])
            cells.append(_cell(sheet, column, cases, found) if tally.made else None)
        if any(cells):
            rows.append(BehaviorRow(node.name, path, node.level, cells))
    return rows


def _cell(sheet: Sheet, column: Column, cases: Sequence[int], gates: Sequence[GateReport]) -> BehaviorCell:
    return BehaviorCell(column.tally(cases), sheet.rate(column, cases), sheet.interval(column, cases), gates)


def _words(report: RunReport, gates: int, failed: int, undecided: int, *, worse: bool) -> tuple[State, str]:
    totals = report.totals
    if failed:
        return "failed", f"{failed} of {plural(gates, 'gate')} fail{'s' if failed == 1 else ''}"
    if worse:
        return "failed", f"Worse than {report.comparison.before.name if report.comparison else 'before'}"
    if totals.not_made or report.halted:
        return "open", f"Incomplete: {plural(totals.not_made, 'evaluation')} not made"
    if undecided:
        return "open", f"{undecided} of {plural(gates, 'gate')} can’t be decided"
    if gates:
        return "passed", f"{'The gate holds' if gates == 1 else f'All {gates} gates hold'}"
    if totals.errors:
        return "open", f"{plural(totals.errors, 'evaluation')} without a verdict"
    rate = totals.passed / (totals.passed + totals.failed) if totals.passed + totals.failed else None
    return "none", f"{percent(rate)} pass, and there are no gates" if rate is not None else "Nothing was evaluated"


def _more(report: RunReport, failed: int, undecided: int, *, worse: bool) -> Iterator[str]:
    totals = report.totals
    if failed and undecided:
        yield f"{plural(undecided, 'more gate')} can’t be decided yet"
    if report.halted:
        yield f"Halted: {report.halted}"
    if totals.not_made and (failed or worse):
        yield f"{plural(totals.not_made, 'evaluation')} not made"
    if totals.errors:
        yield f"{plural(totals.errors, 'evaluation')} without a verdict: errors, not failures"


def _change(found: ShownChange) -> str:
    said = f"{found.before} → {found.after}: {found.verdict}"
    return f"{said}, ▲ {found.fixed_count:,} fixed and ▼ {found.broken_count:,} broken" if found.paired else said
