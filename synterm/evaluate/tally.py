"""Counting verdicts, with how sure one can be of the rate."""

from __future__ import annotations

from dataclasses import dataclass, field

from synterm.core.evaluation import Evaluation
from synterm.core.report import GateState
from synterm.core.tree import Gate
from synterm.evaluate.statistics import wilson


@dataclass(slots=True)
class Tally:
    """Verdicts of evaluations, counted."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    roots: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """Passed and judged evaluations of each lineage root: those of one root are not independent."""

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation."""
        if evaluation.passed is None:
            self.errors += 1
            return
        counts = self.roots.setdefault(evaluation.task.case.root_id, [0, 0])
        counts[1] += 1
        if evaluation.passed:
            self.passed += 1
            counts[0] += 1
        else:
            self.failed += 1

    @property
    def judged(self) -> int:
        """Evaluations with a verdict."""
        return self.passed + self.failed

    @property
    def rate(self) -> float | None:
        """Share of passed among judged, 0 to 1; None when nothing was judged."""
        return self.passed / self.judged if self.judged else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % Wilson interval of the rate over independent roots; None when nothing was judged.

        Each root counts once, with the share of its evaluations that passed: ten variations of a seed, or ten
        repeats of a case, are not ten data points.
        """
        if not self.roots:
            return None
        return wilson(sum(passed / judged for passed, judged in self.roots.values()), len(self.roots))

    def gate(self, gate: Gate, not_made: int = 0) -> GateState:
        """Whether the gate holds: decided only if no missing verdict could turn it."""
        unknown = self.errors + not_made
        total = self.judged + unknown
        if not total or self.passed + unknown < gate.min_pass_rate * total - 1e-9:
            return "failed" if total else "open"
        return "passed" if self.passed >= gate.min_pass_rate * total - 1e-9 else "open"
