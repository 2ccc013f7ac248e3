"""A run's report for people, on a terminal or in a log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import RenderableType
from rich.text import Text

from synterm.core.report import GateState, RunReport
from synterm.evaluate.report import RunResult
from synterm.reports.changes import Change, changes
from synterm.reports.comparison import brief_sections
from synterm.reports.details import confusion, errors, failures
from synterm.reports.exit_words import exit_words
from synterm.reports.figures import dollars, p_words, seconds
from synterm.reports.gates import gate_lines, run_gate_lines
from synterm.reports.groups import group_table
from synterm.reports.judges import corrected_lines, gate_notes
from synterm.reports.metrics import metrics_tables
from synterm.reports.paper import paper
from synterm.reports.production import calls_line, detail_lines
from synterm.reports.repeats import repeats
from synterm.reports.tables import GATE_MARKS, behavior_tables, variants_table
from synterm.text import one_line, plural

_EACH = "SHARD.db …"


def print_report(report: RunReport, result: RunResult, stream: TextIO, by: Sequence[str] = ()) -> None:
    """Write a run's report to `stream`, as wide as its terminal is, and uncut where it is none.

    `result`, which the report was built from, has what stands in no file: changes, reasons and failures. `by`: which
    parts to show the metrics of: feature, behavior, scenario, tag, label.
    """
    console = paper(stream)
    for section in _sections(report, result, console.width, by):
        parts = list(section)
        for part in parts:
            console.print(part)
        if parts:
            console.print()
    console.print(_closing(report, result))


def _sections(
    report: RunReport, result: RunResult, width: int, by: Sequence[str]
) -> Iterator[Iterable[RenderableType]]:
    found = changes(result.sheet)
    yield _heading(report)
    yield [variants_table(report, width)]
    yield corrected_lines(report)
    if report.behaviors:
        yield behavior_tables(report, width)
        yield gate_lines(report)
    yield metrics_tables(report, width)
    for kind in dict.fromkeys(by):
        yield group_table(report, kind, width)
    yield repeats(report, width)
    if report.comparison:
        # Those that broke within the run are marked among the failures below.
        yield from brief_sections(report.comparison, width, 0 if result.base else 3)
    if not result.base:
        yield _changes(found, width)
    yield confusion(report, width)
    yield errors(result.sheet.reasons, width)
    yield failures(result, found, width)
    yield _gates(report)
    yield gate_notes(report)


def _heading(report: RunReport) -> Iterator[RenderableType]:
    totals = report.totals
    counts = [
        plural(totals.cases, "case"),
        plural(len(report.variants), "variant"),
        plural(totals.evaluations, "evaluation"),
        f"{totals.cached:,} from the cache",
    ]
    if report.production:
        counts = [calls_line(report.production), plural(len(report.variants), "model")]
    counts += [seconds(report.wall_s), dollars(totals.cost_usd)]
    yield Text(one_line(report.project), "bold")
    if shard := report.shard:
        yield Text(f"shard {shard.index} of {shard.of}: {totals.cases:,} of {plural(shard.cases, 'case')}", "bold")
    yield Text(" · ".join(counts), "dim")
    if report.production:
        yield from (Text(line, "dim") for line in detail_lines(report.production))
    if totals.cost_unknown:
        yield Text(f"the cost of {plural(totals.cost_unknown, 'call')} is not known", "dim")


def _changes(found: Iterable[Change], width: int) -> Iterator[RenderableType]:
    for change in found:
        before, after = change.before, change.after
        title = f"{before.prompt}@{before.version} → @{after.version} on {after.model.name}"
        yield Text(one_line(title, width), "bold")
        yield from _change(change)


def _change(change: Change) -> Iterator[Text]:
    yield Text.assemble(
        (f"  ▲ {len(change.fixed)} fixed", "green" if change.fixed else ""),
        (f"   ▼ {len(change.broken)} broken   ", "red" if change.broken else ""),
        (change.verdict, "bold"),
    )
    if change.changed_roots:
        yield Text(f"  {p_words(change.p_value)} (exact McNemar)", "dim")


def _gates(report: RunReport) -> Iterator[RenderableType]:
    yield from run_gate_lines(report)
    if report.halted:
        left = plural(report.totals.not_made, "evaluation")
        yield Text(f"Halted: {one_line(report.halted)}; {left} not made", "yellow")


def _closing(report: RunReport, result: RunResult) -> Text:
    gates = [row.gate for row in report.behaviors if row.gate] + report.gates
    states = Counter(gate.state for gate in gates)
    words: dict[GateState, str] = {"passed": "hold", "failed": "fail", "open": "not decided"}
    line = Text("Gates: ") if gates else Text("No gates  ", "dim")
    for state, word in words.items():
        if states[state]:
            line.append(*GATE_MARKS[state]).append(f" {states[state]} {word}  ")
    line.append(f" run {report.run_id[-8:]}", "dim")
    if report.shard and (states["open"] or report.comparison):
        what = "what is not decided" if states["open"] else "whether anything got worse"
        line.append(f"\n{what} needs the other shards: synterm merge -o ALL.db {_EACH}")
    if reason := exit_words(report, result.fail_on):
        line.append(f"\nexit {report.exit_code}: {reason}", "bold")
    return line
