"""Counting verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from synterm.core.evaluation import Evaluation

if TYPE_CHECKING:
    from synterm.core.report import GateState


@dataclass(slots=True)
class Tally:
    """Verdicts of evaluations, counted."""

    passed: int = 0
    failed: int = 0
    errors: int = 0

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation."""
        if evaluation.passed is None:
            self.errors += 1
        elif evaluation.passed:
            self.passed += 1
        else:
            self.failed += 1

    @property
    def judged(self) -> int:
        """Evaluations with a verdict."""
        return self.passed + self.failed

    @property
    def made(self) -> int:
        """All evaluations, with a verdict or without."""
        return self.judged + self.errors

    @property
    def rate(self) -> float | None:
        """Share of passed among judged, 0 to 1; None when nothing was judged."""
        return self.passed / self.judged if self.judged else None

    def holds(self, rate: float, not_made: int = 0) -> GateState:
        """Whether so many passed, as a share: decided only if no missing verdict could turn it."""
        unknown = self.errors + not_made
        total = self.judged + unknown
        if not total or self.passed + unknown < rate * total - 1e-9:
            return "failed" if total else "open"
        return "passed" if self.passed >= rate * total - 1e-9 else "open"
