"""Groups, failures, triggers and findings as rows of tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from synterm.core.case import input_text
from synterm.core.distill import Boundary, Cluster, Failing, Shrunk, Tried, Trigger
from synterm.evaluate.verdict import ALPHA
from synterm.reports.figures import p_figure, percent
from synterm.text import one_line
from synterm.tui.distill.groups import Group
from synterm.tui.distill.reading import variant_words
from synterm.tui.widgets.table import Cell, TableColumn

_BARS = "▁▂▃▄▅▆▇█"
_LONGEST = 300
_RUNS = 6
"""Runs of a sparkline."""

FOUND_COLUMNS = (
    TableColumn("what", 10),
    TableColumn("found"),
    TableColumn("variant", 24, rank=2),
    TableColumn("asked", 5, right=True, rank=1),
)


def group_columns(*, trend: bool) -> Sequence[TableColumn]:
    """Those of the groups; `trend`: whether any has one."""
    return (
        TableColumn("cases", 5, right=True),
        TableColumn("share", 5, right=True, rank=2),
        TableColumn("what they have in common"),
        *((TableColumn("trend", 6, rank=1),) if trend else ()),
        TableColumn("types", 26, rank=3),
    )


def trigger_columns(*, narrow: bool) -> Sequence[TableColumn]:
    """Those of the triggers: the sentence needs the room."""
    figures = (
        TableColumn("times", 5, right=True),
        TableColumn("95 %", 11, rank=2),
        TableColumn("p", 6, right=True, rank=1),
    )
    return (TableColumn(" ", 1), TableColumn("what goes with failing"), *(() if narrow else figures))


def failing_columns(*, variants: bool) -> Sequence[TableColumn]:
    """Those of the failures; `variants`: whether there are several."""
    variant = [TableColumn("variant", 20, rank=2)] if variants else []
    return (
        TableColumn(" ", 1),
        TableColumn("input"),
        TableColumn("expected → got", 23),
        TableColumn("type", 16),
        *variant,
        TableColumn("fails", 5, right=True, rank=3),
    )


def group_cells(group: Group, *, trend: bool) -> list[Cell]:
    """One group."""
    past: list[Cell] = [(sparkline(group.cluster), "accent")] if trend else []
    mix = " · ".join(f"{count} {kind}" for kind, count in group.types.items())
    return [
        (f"{group.cases:,}", ""),
        (percent(group.share), "dim"),
        (one_line(group.name, _LONGEST), "" if group.cluster else "dim"),
        *past,
        (mix, "dim"),
    ]


def sparkline(cluster: Cluster | None) -> str:
    """How many of a cluster's cases failed, run by run, the last on the right."""
    trend = cluster.trend[-_RUNS:] if cluster else ()
    most = max((count for _, count in trend), default=0)
    return "".join(_BARS[count * (len(_BARS) - 1) // most] for _, count in trend) if most and len(trend) > 1 else ""


def failing_cells(one: Failing, marked: Collection[int], at: int, *, variants: bool) -> list[Cell]:
    """One failure; `at` is its place in the list, `marked` are the places that are marked."""
    variant: list[Cell] = [(variant_words(one), "dim")] if variants else []
    return [
        ("●" if at in marked else " ", "accent"),
        (one_line(one.input, _LONGEST), ""),
        (turned(one), "fail" if one.judged else "error"),
        (type_mark(one), "pass" if one.triage and one.triage.confirmed else "dim"),
        *variant,
        (f"{one.failed}/{one.judged}" if one.judged else f"! {one.errors}", "dim"),
    ]


def turned(one: Failing) -> str:
    """``schedule → clarify``; what was expected is left out where that is nothing in particular."""
    got = one_line(one.got or "nothing", 60)
    return f"{one_line(one.expected, 40)} → {got}" if one.expected is not None else f"→ {got}"


def type_mark(one: Failing) -> str:
    """``✓ wrong label`` once somebody confirmed it, ``? wrong label`` until then."""
    if one.triage is None:
        return "? open"
    return f"{'✓' if one.triage.confirmed else '?'} {one.triage.type}"


def trigger_cells(one: Trigger) -> list[Cell]:
    """One trigger; a mark where it is hardly chance."""
    counts = one.p_adjusted < ALPHA
    bounds = f"{one.lift_ci[0]:.1f}–{one.lift_ci[1]:.1f}" if one.lift_ci else ""
    return [
        ("✓" if counts else "~", "pass" if counts else "dim"),
        (one_line(one.words, _LONGEST), "" if counts else "dim"),
        ("only" if one.lift is None else f"{one.lift:.1f}×", "accent" if counts else "dim"),
        (bounds, "dim"),
        (p_figure(one.p_adjusted), "dim"),
    ]


def found_cells(one: Shrunk | Boundary) -> list[Cell]:
    """A shrunk input, or a boundary."""
    variant: Cell = (f"{one.prompt}@{one.version} · {one.model}", "dim")
    asked: Cell = (f"{one.requests:,}", "dim")
    if isinstance(one, Boundary):
        return [(one_line(one.dimension, 10), "accent"), (one_line(one.words, _LONGEST), ""), variant, asked]
    before, after = (len(input_text(tried.input).split()) for tried in (one.before, one.smallest))
    words = f"{before} → {after} words: {one_line(input_text(one.smallest.input), _LONGEST)}"
    return [("shrunk", "accent"), (words, ""), variant, asked]


def verdict_mark(tried: Tried) -> str:
    """``✗ clarify``, with how often where it is not each time."""
    if not tried.passed + tried.failed:
        return f"! {one_line(tried.got, 60)}" if tried.got else "! no verdict"
    mark = "✓" if tried.passed > tried.failed else "✗"
    total = tried.passed + tried.failed
    same = tried.passed if mark == "✓" else tried.failed
    often = "" if total == 1 else f"  {same} of {total}"
    return f"{mark} {one_line(tried.got, 60)}{often}"
