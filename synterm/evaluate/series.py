"""What is known of single evaluations, in twelve bytes for each figure."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

NAMES = ("scores", "latencies", "costs", "tokens", "turns", "labels")


class Series:
    """One figure of evaluations, in the order they came, as far as it is known."""

    __slots__ = ("cases", "values")

    def __init__(self) -> None:
        self.cases = array("i")
        """The number of the case that each value is of."""
        self.values = array("d")

    def add(self, case: int, value: float) -> None:
        """One more."""
        self.cases.append(case)
        self.values.append(value)

    def split(self, groups_of: Sequence[Sequence[int]], count: int) -> list[Series]:
        """The values of each of `count` groups; `groups_of` has the groups of each case, by its number."""
        parts = [Series() for _ in range(count)]
        add = [(part.cases.append, part.values.append) for part in parts]
        for case, value in zip(self.cases, self.values, strict=True):
            for group in groups_of[case]:
                add_case, add_value = add[group]
                add_case(case)
                add_value(value)
        return parts


class Figures:
    """The series of a variant, or of some of its cases."""

    __slots__ = NAMES

    def __init__(self) -> None:
        self.scores = Series()
        """0 to 1."""
        self.latencies = Series()
        """Milliseconds; of a dialog, of the app's side."""
        self.costs = Series()
        """US dollars of an answer, from the cache or not; of a dialog, of both sides."""
        self.tokens = Series()
        """Of prompt and answer together."""
        self.turns = Series()
        """Answers of a dialog."""
        self.labels = Series()
        """Numbers of pairs of an expected and a read label: see `Column.pairs`."""

    def split(self, groups_of: Sequence[Sequence[int]], count: int) -> list[Figures]:
        """Those of each of `count` groups, as `Series.split`."""
        parts = [Figures() for _ in range(count)]
        for name in NAMES:
            series: Series = getattr(self, name)
            for part, found in zip(parts, series.split(groups_of, count), strict=True):
                setattr(part, name, found)
        return parts
