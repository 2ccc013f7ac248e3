"""How much of all traffic some calls are, where each kept call stands for several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from synterm.core.traffic import TrafficState
from synterm.evaluate.statistics import wilson
from synterm.storage.inbox import BINS, Counted

Shares = tuple[float, tuple[float, float]]


@dataclass(slots=True)
class Tally:
    """Calls as they are counted together."""

    calls: int = 0
    weight: float = 0.0
    squares: float = 0.0
    """Of the weights."""
    states: Counter[TrafficState] = field(default_factory=Counter[TrafficState])
    steps: Counter[int] = field(default_factory=Counter[int])
    """Confidences, in `BINS` steps."""

    def add(self, one: Counted) -> None:
        """Count some more."""
        self.calls += one.calls
        self.weight += one.weight
        self.squares += one.squares
        self.states[one.state] += one.calls
        if one.step is not None:
            self.steps[one.step] += one.calls

    def merge(self, other: Tally) -> None:
        """Count all that another one counted."""
        self.calls += other.calls
        self.weight += other.weight
        self.squares += other.squares
        self.states.update(other.states)
        self.steps.update(other.steps)

    @property
    def median(self) -> float | None:
        """The confidence in the middle, to a hundredth; None where nobody looked."""
        left = sum(self.steps.values()) / 2
        for step, calls in sorted(self.steps.items()):
            if left <= calls:
                return step / BINS
            left -= calls
        return None

    def below(self, confidence: float) -> int:
        """How many were placed with less than this, which is a whole number of steps."""
        return sum(calls for step, calls in self.steps.items() if step < confidence * BINS)

    def share_of(self, whole: Tally) -> Shares | None:
        """The share of these calls in all traffic, and its 95 % interval; None without traffic.

        Each kept call was drawn by itself and stands for `weight` calls. The variance is that of a ratio of weighted
        sums, linearised (Särndal, Swensson and Wretman, *Model Assisted Survey Sampling*, 1992, 5.7); by it the kept
        calls tell as much as so many drawn evenly would, which the score interval takes (Korn and Graubard, "Confidence
        intervals for proportions with small expected number of positive counts estimated from survey data", Survey
        Methodology 24 (1998) 193–201). With equal weights that is the number of calls. Where all or none are meant it
        is Kish's (Σw)² / Σw².
        """
        if whole.weight <= 0:
            return None
        share = min(self.weight / whole.weight, 1.0)
        rest = max(whole.squares - self.squares, 0.0)
        variance = ((1 - share) ** 2 * self.squares + share**2 * rest) / whole.weight**2
        even = share * (1 - share) / variance if 0 < share < 1 and variance > 0 else whole.weight**2 / whole.squares
        number = max(int(min(even, whole.calls) + 1e-9), 1)
        return share, wilson(share * number, number)
