"""What a run's report says of the judges that it asked."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from synterm.core.report import RunReport
from synterm.reports.figures import interval, percent
from synterm.reports.tables import short_names
from synterm.text import one_line, plural


def corrected_lines(report: RunReport) -> Iterator[Text]:
    """For each variant with a calibrated judge: what its pass rate amounts to once the judge's errors are known."""
    for name, variant in zip(short_names(report.variants), report.variants, strict=True):
        if found := variant.corrected_pass_rate:
            yield Text.assemble(
                f"{one_line(name)}: people would pass ",
                (percent(found.rate), "bold"),
                (f" [{interval(found.ci)}]", "dim"),
                f", where {one_line(found.check)} passes {percent(found.judged_rate)}",
            )
            yield Text(f"  corrected by {plural(found.n, 'human verdict')} for {one_line(found.judge, 60)}", "dim")


def gate_notes(report: RunReport) -> Iterator[Text]:
    """Which gates lean on judges of which too little is known."""
    notes: dict[str, dict[str, None]] = {}
    for row in report.behaviors:
        if row.gate and (leans_on := row.gate.leans_on):
            notes.setdefault(leans_on, {})[row.path] = None
    for gate in report.gates:
        if leans_on := gate.leans_on:
            notes.setdefault(leans_on, {})["the whole run"] = None
    for note, places in notes.items():
        yield Text(f"! {one_line(note)}", "yellow")
        yield Text(f"  the gates of {one_line(', '.join(places), 200)} lean on it; synterm review calibrates", "dim")
