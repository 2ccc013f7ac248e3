"""The page on coverage: one HTML file without a script."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from markupsafe import Markup

from synterm import __version__
from synterm.core.case import Case, input_text, value_text
from synterm.core.coverage import BehaviorCoverage, CoverageReport, Hole
from synterm.reports.html import facts
from synterm.reports.html.document import environment, own_file
from synterm.reports.html.policy import content_policy
from synterm.reports.json import write_parts
from synterm.storage.project import Project
from synterm.text import one_line

WIDTH, HEIGHT = 1000, 640
"""Of the map, in its own units."""
_EDGE = 14
_SHAPES, _COLOURS = 5, 7
"""Coprime, so that 35 behaviors look each in its own way."""
_TITLE = 200
_MOST_HOLES = 40
AXES = ("label", "split", "length", "noise", "tone", "origin", "tag")
"""In the order in which counts are told."""


@dataclass(frozen=True, slots=True)
class Look:
    """How the cases of a behavior are drawn."""

    shape: int
    colour: int


@dataclass(frozen=True, slots=True)
class Point:
    """A case on the map."""

    x: float
    y: float
    look: Look
    title: str


def write_coverage(project: Project, report: CoverageReport, holes: Sequence[Hole], target: str) -> None:
    """Write a report on coverage as one HTML file, or to stdout for ``-``. `holes`: of all behaviors, the worst first.

    Raises InputError when it can't be written, ProjectError.
    """
    style = own_file("report.css") + own_file("coverage.css")
    looks = {one.node_id: look_of(number) for number, one in enumerate(report.behaviors)}
    page = environment().get_template("coverage.html")
    parts = page.generate(
        style=Markup(style),  # noqa: S704 - our own file
        policy=content_policy(style, None),
        version=__version__,
        written=facts.when(datetime.now(UTC).isoformat()),
        report=report,
        looks=looks,
        points=list(_points(project, report, looks)),
        size=(WIDTH, HEIGHT),
        shapes=range(_SHAPES),
        axes=AXES,
        holes=holes[:_MOST_HOLES],
        more=max(len(holes) - _MOST_HOLES, 0) + sum(one.more_holes for one in report.behaviors),
        project_file=shlex.quote(Path(project.path).name),
        missing=missing,
    )
    write_parts(parts, target)


def look_of(number: int) -> Look:
    """The shape and the colour of the behavior of this place."""
    return Look(number % _SHAPES, number % _COLOURS)


def missing(one: BehaviorCoverage) -> list[tuple[str, int, int]]:
    """The places of a behavior that lack cases: value, how many there are, how many are wanted."""
    return [(place.value, place.have, place.want) for place in one.places if place.missing]


def _points(project: Project, report: CoverageReport, looks: dict[str, Look]) -> Iterator[Point]:
    if report.map is None:
        return
    cases = {case.id: case for case in project.cases.named([point.case_id for point in report.map.points])}
    paths = {one.node_id: one.path for one in report.behaviors}
    for point in report.map.points:
        if case := cases.get(point.case_id):
            x, y = (_EDGE + at * (most - 2 * _EDGE) for at, most in ((point.x, WIDTH), (1 - point.y, HEIGHT)))
            title = f"{_told(case)}\n{paths[point.behavior_id]}"
            yield Point(round(x, 1), round(y, 1), looks[point.behavior_id], title)


def _told(case: Case) -> str:
    expected = f" → {one_line(value_text(case.expected), 60)}" if case.expected is not None else ""
    return one_line(input_text(case.input), _TITLE) + expected
