"""What cases cover, as text to read."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from synterm.core.case import Case, input_text, value_text
from synterm.core.coverage import CoverageReport, Hole
from synterm.reports.figures import percent
from synterm.text import one_line, plural, printable
from synterm.tui.coverage.counts import count_lines
from synterm.tui.coverage.rows import CoverageRow
from synterm.tui.screens.text import MUTED, facts, section

_LONGEST = 20_000
"""Characters of a case that are shown."""
_MOST_HOLES = 200


def headline(report: CoverageReport) -> str:
    """What the report says in one line."""
    cases = sum(each.cases for each in report.behaviors)
    drafts = sum(each.drafts for each in report.behaviors)
    holes = sum(len(each.holes) + each.more_holes for each in report.behaviors)
    parts = [
        f"{percent(report.score)} covered",
        plural(holes, "hole"),
        f"{plural(len(report.notes), 'note')}: m" if report.notes else "",
        f"{plural(cases, 'case')} of {plural(len(report.behaviors), 'behavior')}",
        f"{plural(drafts, 'draft')} to review" if drafts else "",
    ]
    return " · ".join(part for part in parts if part)


def about_text(report: CoverageReport) -> Iterator[Content]:
    """What the score, likeness and the map mean, and what could not be looked at."""
    yield section("The score")
    yield Content(printable(report.definition))
    yield section("Alike")
    likeness = (
        "Cases are alike where they mean the same, found by embeddings."
        if report.by == "meaning"
        else "Cases are alike where their words are; with synterm[analysis] installed, where they mean the same."
    )
    yield Content(likeness + " Of those that are alike, and of one lineage, several count as one.")
    yield section("The map")
    yield Content(_map_words(report))
    if report.notes:
        yield section("Notes")
        yield Content("\n").join(Content(f"· {printable(note)}") for note in report.notes)


def _map_words(report: CoverageReport) -> str:
    found = report.map
    if found is None:
        return "There is none: it needs the meanings of cases, which synterm[analysis] finds."
    left_out = f" {plural(found.left_out, 'case')} more are not drawn." if found.left_out else ""
    return (
        "What lies near each other says much the same; the axes have no meaning of their own. Two dimensions show "
        f"{percent(found.shown)} of all the differences there are, so some that look near are not.{left_out} "
        "Where several cases stand in one place, it has the glyph of the behavior that is chosen, or of most of them."
    )


def behavior_text(row: CoverageRow) -> Iterator[Content]:
    """Everything about one behavior."""
    found = row.found
    yield facts(
        (
            ("covered", f"{percent(found.score)} of what its places want"),
            ("cases", f"{found.cases:,}, of {plural(found.roots, 'lineage')}"),
            ("own", f"{found.independent:,} say something of their own"),
            ("alike", f"{percent(found.redundancy)} say what another says"),
            ("drafts", f"{found.drafts:,} wait for review, and count for nothing here"),
        )
    )
    yield section("Holes", "" if found.holes else "none")
    yield Content("\n").join(
        Content(f"{hole_mark(hole)} {printable(hole.words)}") for hole in found.holes[:_MOST_HOLES]
    )
    more = len(found.holes[_MOST_HOLES:]) + found.more_holes
    if more:
        yield Content.styled(f"… {more:,} more, none of them worse", MUTED)
    yield section("Cases by what they are like")
    lines = ((line.axis, line) for line in count_lines(found))
    yield facts(
        (axis, f"{line.cases:>7,}  {line.need:<9} {one_line(line.value, 60) or _rest(line.rest)}")
        for axis, line in lines
    )


def _rest(count: int) -> str:
    return plural(count, "more value") if count else "(none)"


def hole_mark(hole: Hole) -> str:
    """``✗`` where there is nothing, ``◌`` where there is too little."""
    return "◌" if hole.have else "✗"


def case_note(case: Case) -> str:
    """What is expected, and what is known of a case, in a line."""
    expected = value_text(case.expected)
    parts = [
        f"expects {one_line(expected, 60)}" if expected else "expects nothing",
        case.split,
        " ".join(case.tags),
        case.origin.kind,
    ]
    return one_line(" · ".join(part for part in parts if part), 300)


def case_text(case: Case) -> Iterator[Content]:
    """All of a case."""
    text = input_text(case.input)
    cut = f"\n… {plural(len(text) - _LONGEST, 'character')} more" if len(text) > _LONGEST else ""
    yield Content(printable(text[:_LONGEST])) + Content.styled(cut, MUTED)
    yield Content("")
    yield facts(
        (
            ("expects", value_text(case.expected)[:_LONGEST] or "nothing"),
            ("split", case.split),
            ("tags", " ".join(case.tags) or "–"),
            ("origin", case.origin.kind),
        )
    )
