"""How far two judges agree on the same answers: people and checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from synterm.evaluate.statistics import wilson


@dataclass(frozen=True, slots=True)
class Agreement:
    """The two-by-two table of a person's verdicts and a check's, and how many the check gave none on."""

    both_passed: int = 0
    only_human: int = 0
    """Passed by the person, failed by the check."""
    only_check: int = 0
    """Failed by the person, passed by the check."""
    both_failed: int = 0
    undecided: int = 0
    """Judged by the person, without verdict of the check; in none of the figures."""

    @property
    def n(self) -> int:
        """How many answers both judged."""
        return self.both_passed + self.only_human + self.only_check + self.both_failed

    @property
    def agreed(self) -> int:
        """On how many they said the same."""
        return self.both_passed + self.both_failed

    @property
    def rate(self) -> float | None:
        """The share on which they said the same; None without any."""
        return self.agreed / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval for the rate."""
        return wilson(self.agreed, self.n)

    @property
    def kappa(self) -> float | None:
        """Agreement beyond what two judges with these habits reach by chance: 1 full, 0 none, below 0 worse.

        (observed − expected) / (1 − expected), J. Cohen, "A coefficient of agreement for nominal scales", Educational
        and Psychological Measurement 20 (1960) 37–46. None where it is not defined: without answers, and when both gave
        one and the same verdict on all of them.
        """
        n = self.n
        human = self.both_passed + self.only_human
        check = self.both_passed + self.only_check
        # Whole numbers: n² times the agreement that is expected by chance.
        expected = human * check + (n - human) * (n - check)
        return None if expected == n * n else (n * self.agreed - expected) / (n * n - expected)


def agreement(pairs: Iterable[tuple[bool, bool | None]]) -> Agreement:
    """The table of pairs (the person's verdict, the check's; None where it has none)."""
    counts = Counter(pairs)
    return Agreement(
        both_passed=counts[True, True],
        only_human=counts[True, False],
        only_check=counts[False, True],
        both_failed=counts[False, False],
        undecided=counts[True, None] + counts[False, None],
    )
