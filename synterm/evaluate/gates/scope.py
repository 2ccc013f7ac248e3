"""What a gate looks at: one variant's verdicts on the cases below a node, or on all; and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synterm.core.tree import CheckConfig, Node
from synterm.evaluate.column import Column
from synterm.evaluate.gates.against import Against
from synterm.evaluate.series import Series
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.tally import Tally

if TYPE_CHECKING:
    from synterm.core.report import GateState

ROUNDING = 1e-9
"""What a sum may be off by rounding."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Some cases under one variant."""

    path: str
    """The node's; empty for the whole run."""
    variant: str
    sheet: Sheet
    column: Column
    cases: Sequence[int]
    """Their numbers in the sheet."""
    tally: Tally
    missing: int
    """Evaluations that were planned and not made, at most."""
    scenarios: Sequence[tuple[Node, Sequence[CheckConfig]]] = ()
    """The scenarios, each with the checks that hold for it."""
    against: Against | None = None
    """What the run is held against."""
    lost: int = 0
    """Besides these cases, logged calls that were never answered."""

    @property
    def unknown(self) -> int:
        """Evaluations without a verdict: with an error, or not made."""
        return self.tally.errors + self.missing

    @property
    def total(self) -> int:
        """Evaluations that there are, or were to be."""
        return self.tally.made + self.missing

    def values(self, series: Series, *, judged: bool = False) -> list[float]:
        """The values of a series on these cases; `judged`: without those of cases that an error left something open of.

        A call that failed may have taken time, too: that of its answer is not known by it.
        """
        inside = bytearray(len(self.sheet.roots))
        errors = self.column.errors
        for case in self.cases:
            inside[case] = not (judged and errors[case])
        return [value for case, value in zip(series.cases, series.values, strict=True) if inside[case]]

    def shares(self) -> Iterator[tuple[int, int, int]]:
        """Of each lineage of cases: how many passed, how many have a verdict, and how many errors there are."""
        column, found = self.column, dict[int, tuple[int, int, int]]()
        for case in self.cases:
            root = self.sheet.roots[case]
            passed, judged, errors = found.get(root, (0, 0, 0))
            found[root] = passed + column.passed[case], judged + column.judged[case], errors + column.errors[case]
        yield from found.values()


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a gate holds, and by what."""

    state: GateState
    limit: float | None
    found: float | None
    finding: str
    """In words."""
    why: str | None = None
    """Why it is open, or what to know of the figure."""
    failing: tuple[str, ...] = ()
    """Ids of the cases that break it."""


def state_of(*, holds_at_worst: bool, holds_at_best: bool) -> GateState:
    """Decided only if no missing verdict could turn it."""
    if holds_at_worst:
        return "passed"
    return "open" if holds_at_best else "failed"
