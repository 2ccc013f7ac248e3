"""The tables of a run's report: variants, behaviors under variants, confusion between labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from synterm.core.classification import NO_LABEL, Classification
from synterm.core.report import BehaviorReport, GateState, RunReport, VariantReport
from synterm.reports.figures import dollars, interval, interval_plot, milliseconds, percent
from synterm.reports.paper import UNCUT
from synterm.text import one_line

GATE_MARKS: dict[GateState, tuple[str, str]] = {
    "passed": ("✓", "green"),
    "failed": ("✗", "red"),
    "open": ("?", "yellow"),
}
"""Mark and colour of each state of a gate; the mark alone says it too."""
STATES: tuple[GateState, ...] = ("failed", "open", "passed")
"""The worst first."""

_CELL = 14
"""The least width of a variant's column in the table of behaviors."""
_PATH = 28
_WIDE = 100
_LABEL = 16
_NARROWEST = 5


def new_table(*, header: bool = True) -> Table:
    """A table without lines."""
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_header=header)


def variants_table(report: RunReport, width: int) -> Table:
    """One row for each variant: how many passed, with interval, and what it took."""
    table = new_table()
    table.add_column("variant", overflow="ellipsis", no_wrap=True, max_width=40 if width < UNCUT else None)
    columns = list(_variant_columns(report, width))
    for title, _ in columns:
        table.add_column(title, justify="left" if title == _PLOT else "right", no_wrap=True)
    for variant in report.variants:
        table.add_row(Text(one_line(variant.name)), *(cell(variant) for _, cell in columns))
    return table


_PLOT = "0 %              100 %"
_Cell = Callable[[VariantReport], Text]
"""A variant's cell in one column."""


def _variant_columns(report: RunReport, width: int) -> Iterator[tuple[str, _Cell]]:
    yield "passed", lambda variant: Text(f"{variant.passed}/{variant.n}")
    yield "rate [95 %]", _rate
    if width >= _WIDE:
        yield _PLOT, lambda variant: Text(interval_plot(variant.pass_rate, variant.pass_rate_ci), "cyan")
    if any(variant.classification for variant in report.variants):
        yield (
            "macro-F1",
            lambda variant: Text(f"{variant.classification.macro_f1:.2f}" if variant.classification else "–"),
        )
    yield "p50", lambda variant: Text(milliseconds(variant.latency_ms.p50))
    if any(variant.cost_usd for variant in report.variants):
        yield "cost", lambda variant: Text(dollars(variant.cost_usd))
    if any(variant.errors for variant in report.variants):
        yield "no verdict", lambda variant: Text(str(variant.errors), "yellow" if variant.errors else "dim")


def _rate(variant: VariantReport) -> Text:
    bounds = interval(variant.pass_rate_ci)
    return Text.assemble((percent(variant.pass_rate), "bold"), (f" [{bounds}]" if bounds else "", "dim"))


def behavior_tables(report: RunReport, width: int) -> Iterator[Table]:
    """Behaviors down, variants across; as many tables as it takes to fit the width."""
    rows = _by_path(report.behaviors)
    cells = [_behavior_cell(found) for by_variant in rows.values() for found in by_variant.values()]
    titles = short_names(report.variants)
    named = [cell_len(one_line(title)) for title in titles] if width >= UNCUT else []
    wide = max([_CELL, *named, *(cell.cell_len for cell in cells)])
    fit = max((width - _PATH) // (wide + 2), 1)
    for start in range(0, len(report.variants), fit):
        shown = report.variants[start : start + fit]
        table = new_table()
        room = max(width - len(shown) * (wide + 2) - 2, _PATH - 2)
        table.add_column("behavior", overflow="ellipsis", no_wrap=True, min_width=_PATH - 2, max_width=room)
        for title in titles[start : start + fit]:
            table.add_column(Text(one_line(title)), overflow="ellipsis", no_wrap=True, width=wide)
        _add_behaviors(table, rows, [variant.name for variant in shown])
        yield table


Rows = dict[str, dict[str, list[BehaviorReport]]]


def _by_path(behaviors: Iterable[BehaviorReport]) -> Rows:
    """Rows by path, then by variant; several where a node has several gates."""
    rows: Rows = {}
    for row in behaviors:
        rows.setdefault(row.path, {}).setdefault(row.variant, []).append(row)
    return rows


def _add_behaviors(table: Table, rows: Rows, variants: Sequence[str]) -> None:
    feature = ""
    for path, by_variant in rows.items():
        any_row = next(iter(by_variant.values()))[0]
        head = path.partition("/")[0]
        if head != feature and any_row.level != "feature":
            table.add_row(Text(one_line(head), "bold"))
        feature = head
        table.add_row(
            _name(path, any_row, by_variant), *(_behavior_cell(by_variant.get(name, [])) for name in variants)
        )


def _name(path: str, row: BehaviorReport, by_variant: dict[str, list[BehaviorReport]]) -> Text:
    indent = {"feature": "", "behavior": "  ", "scenario": "    "}[row.level]
    reports = [row.gate for rows in by_variant.values() for row in rows if row.gate]
    shorts = dict.fromkeys(one_line(gate.short or gate.words) for gate in reports)
    needs = "  " + ", ".join(shorts) if shorts else ""
    return Text.assemble(indent, (one_line(path.rpartition("/")[2]), "bold" if not indent else ""), (needs, "dim"))


def _behavior_cell(rows: list[BehaviorReport]) -> Text:
    if not rows:
        return Text("·", "dim")
    row = rows[0]
    states = {row.gate.state for row in rows if row.gate}
    worst: GateState | None = next((state for state in STATES if state in states), None)
    cell = Text.assemble(GATE_MARKS[worst], " ") if worst else Text("  ")
    cell.append(f"{percent(row.pass_rate):>5}")
    cell.append(f"  {row.passed}/{row.n}", "dim")
    return cell.append(f" +{row.errors}?", "yellow") if row.errors else cell


def short_names(variants: Sequence[VariantReport]) -> list[str]:
    """What tells the variants apart: prompt and version, the model, or both."""
    prompts = {(variant.prompt, variant.prompt_version) for variant in variants}
    if len({variant.model for variant in variants}) == 1:
        return [f"{variant.prompt}@{variant.prompt_version}" for variant in variants]
    return [variant.model if len(prompts) == 1 else variant.name for variant in variants]


def confusion_table(found: Classification, width: int) -> Table | None:
    """Expected labels down, found ones across; None when it does not fit."""
    names = [one_line(label, _LABEL) for label in found.labels]
    widest = max(cell_len(name) for name in names)
    cell = min((width - widest) // len(names) - 2, widest)
    if cell < _NARROWEST:
        return None
    table = new_table()
    table.add_column("", no_wrap=True, width=widest)
    for name in names:
        table.add_column(Text(name), justify="right", no_wrap=True, width=cell, overflow="ellipsis")
    for row, label in enumerate(found.labels):
        if label != NO_LABEL:
            table.add_row(
                Text(names[row]), *(_count(n, row == column) for column, n in enumerate(found.confusion[row]))
            )
    return table


def _count(count: int, right: bool) -> Text:
    if not count:
        return Text("·", "dim")
    return Text(str(count), "green" if right else "")
