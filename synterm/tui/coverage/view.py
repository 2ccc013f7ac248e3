"""A part of the map of cases on a rectangle of cells: where each case stands, and which one is next in a direction.

Pure. Cells are counted from the upper left corner; those of cases outside of the part that is looked at are too, so
that the cursor can walk out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synterm.core.coverage import MapPoint

Place = tuple[int, int]
"""Column and row."""
MOST_ZOOM = 32
_TALL = 2
"""How many times as high as wide a cell is, about."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of the map that is looked at."""

    x: float = 0.5
    """The middle, 0 to 1 from the left."""
    y: float = 0.5
    """The middle, 0 to 1 from below."""
    zoom: int = 1
    """How many times larger than all of it."""

    def around(self, point: MapPoint, zoom: int) -> View:
        """The view with a case in its middle, as far as the edges of the map allow."""
        zoom = max(1, min(zoom, MOST_ZOOM))
        half = 0.5 / zoom
        x, y = (min(max(value, half), 1 - half) for value in (point.x, point.y))
        return View(x, y, zoom)

    def cell(self, point: MapPoint, size: tuple[int, int]) -> Place:
        """Where a case stands on a rectangle of `size`: width and height."""
        width, height = size
        across = (point.x - self.x) * self.zoom + 0.5
        down = 0.5 - (point.y - self.y) * self.zoom
        return round(across * (width - 1)), round(down * (height - 1))


class Cells:
    """Cases by the cell that they stand in."""

    def __init__(self, points: Sequence[MapPoint], view: View, size: tuple[int, int], shown: Iterable[int]) -> None:
        """`shown`: the numbers of those points that there are to see."""
        self.size = size
        self._points = points
        self._view = view
        self._at: dict[Place, list[int]] = {}
        for number in shown:
            self._at.setdefault(view.cell(points[number], size), []).append(number)

    def of(self, number: int) -> Place:
        """Where a case stands."""
        return self._view.cell(self._points[number], self.size)

    def at(self, place: Place) -> list[int]:
        """The numbers of the cases there."""
        return self._at.get(place, [])

    def visible(self) -> list[tuple[Place, list[int]]]:
        """Those cells inside of the rectangle in which there are cases."""
        return [(place, numbers) for place, numbers in self._at.items() if self.holds(place)]

    def holds(self, place: Place) -> bool:
        """Whether a cell is inside of the rectangle."""
        return 0 <= place[0] < self.size[0] and 0 <= place[1] < self.size[1]

    def next(self, start: Place, right: int, down: int) -> int | None:
        """The case next to a cell in one of the four directions; None where there is none.

        Those within 45° of the direction go before the others, then the nearest.
        """
        best: tuple[bool, int] | None = None
        found: int | None = None
        for (column, row), numbers in self._at.items():
            x, y = column - start[0], (row - start[1]) * _TALL
            ahead, aside = (x * right, abs(y)) if right else (y * down, abs(x))
            if ahead > 0:
                rank = (aside > ahead, ahead * ahead + 2 * aside * aside)
                if best is None or rank < best:
                    best, found = rank, numbers[0]
        return found

    def nearest(self, place: Place) -> int | None:
        """The case nearest to a cell; None without any."""

        def far(other: Place) -> int:
            return (other[0] - place[0]) ** 2 + ((other[1] - place[1]) * _TALL) ** 2

        return self._at[min(self._at, key=far)][0] if self._at else None
