"""How often a run evaluates each case under each variant."""

from __future__ import annotations

from dataclasses import dataclass

LEAD = 2
"""A cell is settled once it has so many more verdicts of one kind than of the other.

A. Wald's sequential probability ratio test ("Sequential tests of statistical hypotheses", Annals of Mathematical
Statistics 16 (1945) 117–186) of a pass rate of 0.9 against one of 0.1, with errors of 5 %, ends exactly then. If an
answer passes with chance p, the lead goes the wrong way with chance 1 / (1 + (p / (1 − p))²), as in gambler's ruin
(W. Feller, An Introduction to Probability Theory I, XIV.2).
"""


@dataclass(frozen=True, slots=True)
class Repeating:
    """Answers for each cell, and judgings of each."""

    k: int = 1
    """How many answers each cell gets, at most."""
    judgings: int = 1
    """How often each answer is judged; more than once: answers are those that the project file has."""
    stop_early: bool = False
    """Whether a cell that is settled gets no more answers."""

    @property
    def each(self) -> int:
        """How many evaluations each cell gets in any case."""
        return min(self.k, LEAD) if self.stop_early else self.most

    @property
    def most(self) -> int:
        """How many evaluations a cell gets at most."""
        return self.k * self.judgings

    @property
    def repeated(self) -> bool:
        """Whether a cell may get more than one."""
        return self.most > 1

    def counts(self, repeat: int) -> bool:
        """Whether an evaluation counts for rates, scores and times, and not only for the noise.

        With early stopping those count that every cell gets: cells that waver would weigh more otherwise. The mean of
        the first two is what all verdicts of a cell say of its rate without bias, under this rule: M. A. Girshick,
        F. Mosteller and L. J. Savage, "Unbiased estimates for certain binomial sampling problems with applications",
        Annals of Mathematical Statistics 17 (1946) 13–23.
        """
        return not self.stop_early or repeat < LEAD


ONCE = Repeating()
