"""A column of the result grid: the verdicts on one variant, fresh or stale.

Making a whole column stale is one step, however many cells it has: a cell is fresh while its generation is the
column's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.tui.walk import Walk


class Freshness(Enum):
    """How a cell stands to the text that is being typed."""

    EMPTY = auto()
    STALE = auto()
    RUNNING = auto()
    FRESH = auto()


@dataclass(slots=True)
class Cell:
    """The newest verdict on a case, and the generation of the text that it is about."""

    evaluation: Evaluation
    generation: int


@dataclass(slots=True)
class Counts:
    """Fresh verdicts."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    cached: int = 0

    @property
    def fresh(self) -> int:
        """All fresh cells."""
        return self.passed + self.failed + self.errors

    @property
    def judged(self) -> int:
        """Fresh cells with a verdict."""
        return self.passed + self.failed

    def add(self, other: Counts) -> None:
        """Count in what the other counted."""
        self.passed += other.passed
        self.failed += other.failed
        self.errors += other.errors
        self.cached += other.cached

    def count(self, evaluation: Evaluation, by: int) -> None:
        """Count one evaluation in (1) or out (-1)."""
        if evaluation.passed is None:
            self.errors += by
        elif evaluation.passed:
            self.passed += by
        else:
            self.failed += by
        self.cached += by * evaluation.completion.cached


@dataclass(slots=True)
class Column:
    """One variant's verdicts."""

    variant: Variant
    live: bool = False
    """Whether this is the draft that is being typed."""
    generation: int = 0
    cells: dict[str, Cell] = field(default_factory=dict[str, Cell])
    running: dict[str, str] = field(default_factory=dict[str, str])
    """The answers that are coming in, as far as they are, by case."""
    held_up: dict[str, str] = field(default_factory=dict[str, str])
    """Why requests failed that are sent again after a while, by case."""
    not_passed: dict[str, Case] = field(default_factory=dict[str, Case])
    """The cases whose last verdict was no pass, of this text or of one before."""
    by_scenario: dict[str, Counts] = field(default_factory=dict[str, Counts])
    """Fresh verdicts of every scenario, also of those out of scope."""
    scope: frozenset[str] | None = None
    """The scenarios whose cells count; None for all."""
    walk: Walk | None = None
    """How far the rows are known to be fresh."""

    @property
    def title(self) -> str:
        """``smollm2 · draft``."""
        return f"{self.variant.model.name} · {self.variant.version}"

    def supersede(self, variant: Variant) -> None:
        """The variant changed: every cell is stale, until its new verdict lands."""
        self.variant = variant
        self._age()

    def forget(self) -> None:
        """Every cell is stale, and other cases count from now on."""
        self._age()
        self.not_passed = {}

    def _age(self) -> None:
        self.generation += 1
        self.running, self.held_up, self.by_scenario, self.walk = {}, {}, {}, None

    def age(self, case_id: str) -> None:
        """One cell is stale."""
        cell = self.cells.get(case_id)
        if cell is not None and cell.generation == self.generation:
            self.by_scenario[cell.evaluation.task.case.scenario_id].count(cell.evaluation, -1)
            cell.generation -= 1

    @property
    def counts(self) -> Counts:
        """The fresh verdicts in scope."""
        total = Counts()
        for scenario, counts in self.by_scenario.items():
            if self.scope is None or scenario in self.scope:
                total.add(counts)
        return total

    def in_scope(self) -> Iterator[tuple[str, Cell]]:
        """The cells in scope, by case id."""
        for case_id, cell in self.cells.items():
            if self.covers(cell.evaluation.task.case):
                yield case_id, cell

    def covers(self, case: Case) -> bool:
        """Whether a case is in scope."""
        return self.scope is None or case.scenario_id in self.scope

    def remaining(self, rows: Sequence[Case]) -> Iterator[Case]:
        """The rows without those, from the first on, that are known to be fresh."""
        if self.walk is None or self.walk.rows is not rows:
            self.walk = Walk(rows)
        return self.walk.remaining()

    def is_due(self, case_id: str, *, errors: bool) -> bool:
        """Whether a case is to be evaluated: it has no fresh verdict. `errors`: also where there was none to be had."""
        cell = self.cells.get(case_id)
        if cell is None or cell.generation != self.generation:
            return True
        return errors and cell.evaluation.passed is None

    def freshness(self, case_id: str) -> Freshness:
        """How the cell of a case stands."""
        if case_id in self.running:
            return Freshness.RUNNING
        cell = self.cells.get(case_id)
        if cell is None:
            return Freshness.EMPTY
        return Freshness.FRESH if cell.generation == self.generation else Freshness.STALE

    def verdict(self, case_id: str) -> bool | None:
        """The fresh verdict on a case; None when there is none."""
        cell = self.cells.get(case_id)
        return cell.evaluation.passed if cell is not None and cell.generation == self.generation else None

    def land(self, evaluation: Evaluation) -> None:
        """A verdict arrived for the text as it is now."""
        case = evaluation.task.case
        before = self.cells.get(case.id)
        counts = self.by_scenario.setdefault(case.scenario_id, Counts())
        if before is not None and before.generation == self.generation:
            counts.count(before.evaluation, -1)
        counts.count(evaluation, 1)
        self.cells[case.id] = Cell(evaluation, self.generation)
        self.running.pop(case.id, None)
        self.held_up.pop(case.id, None)
        if evaluation.passed:
            self.not_passed.pop(case.id, None)
        else:
            self.not_passed[case.id] = case
        if self.walk is not None:
            self.walk.advance(lambda case_id: self.freshness(case_id) is Freshness.FRESH)
