"""Behaviors with what their cases cover, as rows of a table; the first row stands for all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synterm.core.coverage import Axis, BehaviorCoverage, CoverageReport, Place
from synterm.reports.figures import percent
from synterm.text import one_line
from synterm.tui.widgets.plot.drawing import ink, marker
from synterm.tui.widgets.table import Cell, TableColumn

_BAR = 8
_LONGEST_NAME = 24


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """One behavior, or all of them."""

    name: str
    found: BehaviorCoverage
    index: int | None
    """Which behavior it is; None for all of them."""

    @property
    def mark(self) -> Cell:
        """Its glyph and ink, on the map and wherever it is named."""
        return (" ", "") if self.index is None else (marker(self.index), ink(self.index))

    @property
    def title(self) -> str:
        """Glyph and name."""
        return f"{self.mark[0]} {one_line(self.name, 40)}".strip()


def coverage_rows(report: CoverageReport) -> list[CoverageRow]:
    """All behaviors first, where there are several, then each."""
    behaviors = report.behaviors
    names = short_paths([each.path for each in behaviors])
    rows = [CoverageRow(name, each, index) for index, (name, each) in enumerate(zip(names, behaviors, strict=True))]
    return [CoverageRow("all behaviors", _together(report), None), *rows] if len(rows) > 1 else rows


def _together(report: CoverageReport) -> BehaviorCoverage:
    # Its module brings generators along: whoever made the report has it, and the screen opens without.
    from synterm.describe.coverage.holes import ranked

    behaviors = report.behaviors
    cases = sum(each.cases for each in behaviors)
    independent = sum(each.independent for each in behaviors)
    counts: dict[str, Counter[str]] = {}
    for each in behaviors:
        for axis, values in each.counts.items():
            counts.setdefault(axis, Counter()).update(values)
    return BehaviorCoverage(
        node_id="",
        path="",
        cases=cases,
        roots=sum(each.roots for each in behaviors),
        independent=independent,
        drafts=sum(each.drafts for each in behaviors),
        redundancy=1 - independent / cases if cases else 0.0,
        counts={axis: dict(values) for axis, values in counts.items()},
        places=tuple(_places(behaviors)),
        score=report.score,
        holes=tuple(ranked(behaviors)),
        more_holes=sum(each.more_holes for each in behaviors),
    )


def _places(behaviors: Iterable[BehaviorCoverage]) -> Iterable[Place]:
    """The same places of several behaviors as one: what one has too much of does not help another."""
    found: dict[tuple[Axis, str], list[Place]] = {}
    for each in behaviors:
        for place in each.places:
            found.setdefault((place.axis, place.value), []).append(place)
    for (axis, value), places in found.items():
        have = sum(min(place.have, place.want) for place in places)
        cases, want = sum(place.cases for place in places), sum(place.want for place in places)
        yield Place(axis=axis, value=value, have=have, cases=cases, want=want)


def short_paths(paths: Sequence[str]) -> list[str]:
    """Paths without the feature, where all are of one."""
    several = len({path.partition("/")[0] for path in paths}) > 1
    return [path if several else path.partition("/")[2] or path for path in paths]


def columns_for(rows: Sequence[CoverageRow]) -> list[TableColumn]:
    """The columns of the table; names get no more room than they need."""
    longest = max((len(row.name) for row in rows), default=0)
    return [
        TableColumn("", 1),
        TableColumn("behavior", longest if longest < _LONGEST_NAME else None),
        TableColumn("covered", _BAR + 6),
        TableColumn("holes", 5, right=True, rank=2),
        TableColumn("cases", 6, right=True, rank=1),
        TableColumn("own", 6, right=True, rank=3),
        TableColumn("alike", 5, right=True, rank=4),
        TableColumn("drafts", 6, right=True, rank=5),
    ]


def row_cells(row: CoverageRow) -> list[Cell]:
    """One row of the table."""
    found = row.found
    holes = len(found.holes) + found.more_holes
    return [
        row.mark,
        (one_line(row.name, 200), "" if row.index is not None else "dim"),
        (f"{bar(found.score, _BAR)} {percent(found.score):>5}", score_ink(found)),
        (f"{holes:,}" if holes else "–", "" if holes else "dim"),
        (f"{found.cases:,}", "" if found.cases else "error"),
        (f"{found.independent:,}", "dim"),
        (percent(found.redundancy) if found.redundancy else "–", "dim"),
        (f"{found.drafts:,}" if found.drafts else "–", "accent" if found.drafts else "dim"),
    ]


def score_ink(found: BehaviorCoverage) -> str:
    """Nothing covered, little, or all that is wanted."""
    if found.score >= 1:
        return "pass"
    return "fail" if found.score < 0.25 else "error" if found.score < 0.6 else ""


def bar(share: float, width: int) -> str:
    """``━━━━━···``: whatever is there at all shows, and only what is full looks full."""
    filled = round(share * width)
    filled = max(filled, 1) if share > 0 else 0
    filled = min(filled, width - 1) if share < 1 else width
    return "━" * filled + "·" * (width - filled)
