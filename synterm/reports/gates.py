"""Which gates of a run do not hold: what was found against what must hold, and which cases break it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from synterm.core.report import GateReport, GateState, RunReport
from synterm.reports.tables import GATE_MARKS, short_names
from synterm.text import one_line

_WORDS: dict[GateState, str] = {"passed": "holds", "failed": "fails", "open": "is not decided"}
_MOST = 20
"""So many lines are shown; the table above has the mark of every gate."""
_CASES = 5


def gate_lines(report: RunReport) -> Iterator[Text]:
    """A line for each gate of a node that failed or is open, those that failed first."""
    names = dict(zip((variant.name for variant in report.variants), short_names(report.variants), strict=True))
    several = len(report.variants) > 1
    rows = [(row, row.gate) for row in report.behaviors if row.gate and row.gate.state != "passed"]
    rows.sort(key=lambda found: found[1].state != "failed")
    for row, gate in rows[:_MOST]:
        under = f" · {one_line(names.get(row.variant, row.variant))}" if several else ""
        line = Text.assemble(GATE_MARKS[gate.state], f" {one_line(row.path)}{under}: {one_line(gate.words)}; ")
        yield line.append(_found(gate))
    if len(rows) > _MOST:
        yield Text(f"  and {len(rows) - _MOST:,} more gates that do not hold", "dim")


def run_gate_lines(report: RunReport) -> Iterator[Text]:
    """A line for each gate over the whole run, under each variant."""
    names = dict(zip((variant.name for variant in report.variants), short_names(report.variants), strict=True))
    for gate in report.gates:
        line = Text.assemble(GATE_MARKS[gate.state], f" {one_line(names.get(gate.variant, gate.variant))}: ")
        line.append(f"the gate over the whole run ({one_line(gate.words)}) {_WORDS[gate.state]}")
        yield line if gate.state == "passed" else line.append(f": {_found(gate)}")


def _found(gate: GateReport) -> str:
    """``2 of 9 cases fail: …8FH3K2QW …0M4R7T1C``, and why it is open."""
    why = f" ({one_line(gate.why)})" if gate.why else ""
    shown = " ".join(f"…{one_line(case[-8:])}" for case in gate.failing[:_CASES])
    more = f" and {len(gate.failing) - _CASES:,} more" if len(gate.failing) > _CASES else ""
    return one_line(gate.finding or "nothing found") + (f": {shown}{more}" if shown else "") + why
