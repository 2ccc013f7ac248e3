"""Cases by value on each axis, as lines: what there is, and how many are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.core.coverage import BehaviorCoverage, Place

AXES = ("label", "length", "tone", "noise", "split", "tag", "origin")
"""In this order; others follow."""
MOST_VALUES = 30
"""Of more values on an axis, those with the most cases are shown."""


@dataclass(frozen=True, slots=True)
class CountLine:
    """One value on an axis."""

    axis: str
    """Empty on all but the first line of the axis."""
    value: str
    cases: int
    most: int
    """The most cases that a value of this axis has."""
    place: Place | None = None
    """What is wanted there, if anything is."""
    rest: int = 0
    """On the last line: how many values there was no room for; `cases` is theirs then."""

    @property
    def need(self) -> str:
        """``✓``, or ``◌ 1 of 3`` where independent cases are missing, ``✗ 0 of 3`` where there are none."""
        if self.place is None:
            return ""
        mark = "✓" if not self.place.missing else "◌" if self.place.have else "✗"
        return mark if not self.place.missing else f"{mark} {self.place.have} of {self.place.want}"


def count_lines(found: BehaviorCoverage) -> list[CountLine]:
    """Axis after axis; on an axis, labels and the like come in the order that places have, the rest by their counts."""
    axes = [*AXES, *(axis for axis in found.counts if axis not in AXES)]
    return [line for axis in axes for line in _axis_lines(axis, found)]


def _axis_lines(axis: str, found: BehaviorCoverage) -> list[CountLine]:
    counts = found.counts.get(axis, {})
    places = {place.value: place for place in found.places if place.axis == axis}
    others = sorted((value for value in counts if value not in places), key=lambda value: -counts[value])
    values = [*places, *others]
    most = max(counts.values(), default=0)
    lines = [
        CountLine("" if index else axis, value, counts.get(value, 0), most, places.get(value))
        for index, value in enumerate(values[:MOST_VALUES])
    ]
    return [*lines, *_rest(values[MOST_VALUES:], counts, most)]


def _rest(values: Sequence[str], counts: dict[str, int], most: int) -> list[CountLine]:
    if not values:
        return []
    return [CountLine("", "", sum(counts.get(value, 0) for value in values), most, rest=len(values))]
