"""A run by its parts, as tables: features, behaviors, scenarios, tags and labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from synterm.core.metrics import GroupReport
from synterm.core.report import RunReport
from synterm.reports.figures import dollars, interval, milliseconds, percent
from synterm.reports.paper import UNCUT
from synterm.reports.tables import new_table, short_names
from synterm.text import one_line, plural

_SHOWN = 50
_WIDE = 110
_NAME = 40

_Column = tuple[str, Callable[[GroupReport], str | None]]
"""Title, and what stands in it; None where nothing is known."""

_NARROW: Sequence[_Column] = (
    ("passed", lambda group: f"{group.passed}/{group.n}"),
    ("rate [95 %]", lambda group: _rate(group)),
    ("score", lambda group: None if group.score is None else f"{group.score:.2f}"),
    ("macro-F1", lambda group: f"{group.classification.macro_f1:.2f}" if group.classification else None),
    ("p50", lambda group: None if group.latency_ms.p50 is None else milliseconds(group.latency_ms.p50)),
)
_BESIDES: Sequence[_Column] = (
    ("p95", lambda group: None if group.latency_ms.p95 is None else milliseconds(group.latency_ms.p95)),
    ("$/case", lambda group: dollars(group.cost_usd_per_case) if group.cost_usd_per_case else None),
    ("tokens", lambda group: None if group.tokens_per_case is None else f"{group.tokens_per_case:,.0f}"),
)
_WHERE_KNOWN: Sequence[_Column] = (
    ("answers", lambda group: None if group.turns is None else f"{group.turns:.1f}"),
    ("flaky", lambda group: _flaky(group)),
    ("no verdict", lambda group: str(group.errors) if group.errors else None),
)


def group_table(report: RunReport, kind: str, width: int) -> Iterator[RenderableType]:
    """A table by feature, behavior, scenario, tag or label; where there are no rows it says so."""
    table = _labels(report, width) if kind == "label" else _groups(report, kind, width)
    yield Text(f"By {kind}", "bold")
    if table is None:
        yield Text(f"  no {'label check has judged anything' if kind == 'label' else f'case has a {kind}'}", "dim")
        return
    yield table
    if (more := _more(report, kind)) > 0:
        yield Text(f"  and {plural(more, 'more row')}: --json has up to 200 tags, and all else", "dim")


def _groups(report: RunReport, kind: str, width: int) -> Table | None:
    rows = [group for group in report.groups if group.by == kind]
    if not rows:
        return None
    names = _short(report)
    columns = [
        column
        for column in (*_NARROW, *(_BESIDES if width >= _WIDE else ()), *_WHERE_KNOWN)
        if any(column[1](row) is not None for row in rows)
    ]
    table = _table(kind, len(names) > 1, [title for title, _ in columns], width)
    before = ""
    for row in rows[:_SHOWN]:
        name = Text(one_line(row.name)) if row.name != before else Text("")
        before = row.name
        variant = [Text(one_line(names[row.variant]))] if len(names) > 1 else []
        table.add_row(name, *variant, *(Text("–" if (text := cell(row)) is None else text) for _, cell in columns))
    return table


def _labels(report: RunReport, width: int) -> Table | None:
    names = _short(report)
    rows = [
        (metrics, variant.name)
        for variant in report.variants
        if variant.classification
        for metrics in variant.classification.per_label
    ]
    if not rows:
        return None
    rows.sort(key=lambda row: row[0].label)
    table = _table("label", len(names) > 1, ["precision", "recall", "F1", "support"], width)
    for metrics, variant in rows[:_SHOWN]:
        figures = (f"{value:.2f}" for value in (metrics.precision, metrics.recall, metrics.f1))
        cells = (*([one_line(names[variant])] if len(names) > 1 else []), *figures, f"{metrics.support:,}")
        table.add_row(Text(one_line(metrics.label)), *map(Text, cells))
    return table


def _table(kind: str, several: bool, titles: Iterable[str], width: int) -> Table:
    table = new_table()
    table.add_column(kind, overflow="ellipsis", no_wrap=True, max_width=_NAME if width < UNCUT else None)
    if several:
        table.add_column("variant", overflow="ellipsis", no_wrap=True, max_width=24 if width < UNCUT else None)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    return table


def _short(report: RunReport) -> dict[str, str]:
    return dict(zip([variant.name for variant in report.variants], short_names(report.variants), strict=True))


def _more(report: RunReport, kind: str) -> int:
    if kind == "label":
        return sum(len(one.classification.per_label) for one in report.variants if one.classification) - _SHOWN
    return sum(group.by == kind for group in report.groups) - _SHOWN


def _rate(group: GroupReport) -> str | None:
    if group.pass_rate is None:
        return None
    bounds = interval(group.pass_rate_ci)
    return f"{percent(group.pass_rate)} [{bounds}]" if bounds else percent(group.pass_rate)


def _flaky(group: GroupReport) -> str | None:
    if group.flaky_model is None or group.flaky_judge is None:
        return None
    return f"{group.flaky_model} model {group.flaky_judge} judge" if group.flaky_judge else str(group.flaky_model)
