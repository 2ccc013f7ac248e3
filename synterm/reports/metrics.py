"""The tables of a run's named metrics: metrics down, variants across."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from synterm.core.report import MetricReport, RunReport
from synterm.reports.figures import percent
from synterm.reports.tables import new_table, short_names
from synterm.text import one_line

_NAME = 24
_CELL = 24


def metrics_tables(report: RunReport, width: int) -> Iterator[Table]:
    """Mean score with its interval, and the share that passed; as many tables as it takes to fit the width."""
    names = sorted({name for variant in report.variants for name in variant.metrics})
    titles = short_names(report.variants)
    fit = max((width - _NAME) // (_CELL + 2), 1)
    for start in range(0, len(report.variants) if names else 0, fit):
        table = new_table()
        table.add_column("metric", overflow="ellipsis", no_wrap=True, ratio=1, min_width=_NAME - 2)
        for title in titles[start : start + fit]:
            table.add_column(Text(one_line(title)), overflow="ellipsis", no_wrap=True, width=_CELL)
        for name in names:
            cells = [_cell(variant.metrics.get(name)) for variant in report.variants[start : start + fit]]
            table.add_row(Text(one_line(name)), *cells)
        yield table


def _cell(found: MetricReport | None) -> Text:
    if found is None:
        return Text("·", "dim")
    low, high = found.ci
    return Text.assemble(
        (f"{found.mean:.2f}", "bold"), (f" [{low:.2f}–{high:.2f}]", "dim"), f" {percent(found.pass_rate):>5}"
    )
