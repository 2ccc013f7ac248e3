"""Coverage for people: what there is behavior by behavior, what is missing, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from synterm.core.coverage import CoverageReport, Hole
from synterm.reports.figures import percent
from synterm.text import plural

_NAMED = 6
"""Places that are named in a row."""


def behavior_rows(report: CoverageReport) -> Iterator[tuple[str, ...]]:
    """A row for each behavior, below a head."""
    yield "behavior", "covered", "cases", "own", "drafts", "none of", "too few of"
    for one in report.behaviors:
        yield (
            one.path,
            percent(one.score),
            f"{one.cases:,}",
            f"{one.independent:,}",
            f"{one.drafts:,}" if one.drafts else "",
            _values([place.value for place in one.places if not place.have]),
            _values([place.value for place in one.places if place.have and place.missing]),
        )


def hole_rows(holes: Sequence[Hole], most: int) -> Iterator[tuple[str, ...]]:
    """A row for each hole: its number and id, where it is, and what is missing."""
    for number, hole in enumerate(holes[:most], 1):
        alike = f" (so also for {plural(hole.alike, 'other label')})" if hole.alike else ""
        yield str(number), hole.id, hole.path, hole.words + alike


def head_lines(report: CoverageReport) -> Iterator[str]:
    """What it comes to, in a line or two."""
    cases = sum(one.cases for one in report.behaviors)
    own = sum(one.independent for one in report.behaviors)
    yield (
        f"{report.project}: {percent(report.score)} covered; {plural(cases, 'case')}, {own:,} that say something of "
        f"their own (by {report.by})"
    )


def next_lines(report: CoverageReport, holes: Sequence[Hole], most: int, want: int, command: str) -> Iterator[str]:
    """What the figures mean, and what one does next. `want`: cases that each
    place wants; `command`: the one that gave this report."""
    yield f"covered: of {want} independent cases for each label, split, length, noise and tone, those that are there"
    yield from (f"note: {note}" for note in report.notes)
    if drafts := sum(one.drafts for one in report.behaviors):
        yield f"{plural(drafts, 'draft')} wait for review, and count once they are accepted"
    if not holes:
        yield "no hole" if report.behaviors else "there is no behavior yet: synterm add PROJECT behavior --help"
        return
    if more := max(len(holes) - most, 0) + sum(one.more_holes for one in report.behaviors):
        yield f"{plural(more, 'more hole')}: --behavior GLOB, --limit N, --json -"
    yield f"next: {command} --fill 1      makes cases for the first; with --dry-run it says how"


def _values(values: Sequence[str]) -> str:
    more = f" and {len(values) - _NAMED} more" if len(values) > _NAMED else ""
    return ", ".join(values[:_NAMED]) + more
