"""The parts of a run side by side: features, behaviors, scenarios and tags, under each variant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual.content import Content

from synterm.core.metrics import GroupReport
from synterm.reports.figures import dollars, interval, milliseconds, percent
from synterm.tui.screens.text import facts, section
from synterm.tui.widgets.table import Cell, TableColumn


@dataclass(frozen=True, slots=True)
class Part:
    """One feature, behavior, scenario or tag."""

    by: str
    name: str
    groups: Mapping[str, GroupReport]
    """By the name of the variant; without those that say nothing of it."""


def parts_of(reports: Iterable[GroupReport]) -> list[Part]:
    """The parts in the order of the reports."""
    found: dict[tuple[str, str], dict[str, GroupReport]] = {}
    for report in reports:
        found.setdefault((report.by, report.name), {})[report.variant] = report
    return [Part(by, name, groups) for (by, name), groups in found.items()]


def part_columns(names: Sequence[str]) -> list[TableColumn]:
    """What it is, its name, and a column for each variant by its short name."""
    variants = [TableColumn(name, max(len(name), 20), right=True, rank=number) for number, name in enumerate(names)]
    return [TableColumn("part", 8), TableColumn("name"), *variants]


def part_cells(part: Part, variants: Sequence[str]) -> list[Cell]:
    """One row: under each variant the rate, its interval, and how many cases are flaky."""
    return [(part.by, "dim"), (part.name, ""), *(_cell(part.groups.get(name)) for name in variants)]


def _cell(group: GroupReport | None) -> Cell:
    if group is None or not group.n:
        return "–", "dim"
    flaky = (group.flaky_model or 0) + (group.flaky_judge or 0)
    text = f"{percent(group.pass_rate)} [{interval(group.pass_rate_ci)}] /{group.n}"
    return (f"~{flaky} {text}", "error") if flaky else (text, "")


def part_text(part: Part) -> Iterator[Content]:
    """All figures of a part."""
    for name, group in part.groups.items():
        yield section(name)
        yield facts(list(_figures(group)), 11)


def _figures(group: GroupReport) -> Iterator[tuple[str, str]]:
    yield "passed", f"{percent(group.pass_rate)} [{interval(group.pass_rate_ci)}]  {group.passed} of {group.n}"
    if group.errors:
        yield "no verdict", f"{group.errors}"
    if group.score is not None:
        yield "score", f"{group.score:.2f} [{interval(group.score_ci)} %]"
    if group.classification:
        yield "labels", f"accuracy {group.classification.accuracy:.2f}, macro F1 {group.classification.macro_f1:.2f}"
    yield "time", f"p50 {milliseconds(group.latency_ms.p50)}, p95 {milliseconds(group.latency_ms.p95)}"
    if group.cost_usd_per_case is not None:
        yield "cost", f"{dollars(group.cost_usd_per_case)} a case"
    if group.tokens_per_case is not None:
        yield "tokens", f"{group.tokens_per_case:,.0f} a case"
    if group.turns is not None:
        yield "answers", f"{group.turns:.1f} a dialog"
    if group.flaky_model is not None:
        yield "flaky", f"{group.flaky_model} through the model, {group.flaky_judge} through the judge"
