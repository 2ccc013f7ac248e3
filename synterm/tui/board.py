"""What the result grid shows: rows are cases, columns are variants, cells are verdicts, fresh or stale.

Making a whole column stale is one step, however many cells it has: a cell is fresh while its generation is the
column's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant


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
    by_scenario: dict[str, Counts] = field(default_factory=dict[str, Counts])
    """Fresh verdicts of every scenario, also of those out of scope."""
    scope: frozenset[str] | None = None
    """The scenarios whose cells count; None for all."""

    @property
    def title(self) -> str:
        """``smollm2 · draft``."""
        return f"{self.variant.model.name} · {self.variant.version}"

    def supersede(self, variant: Variant) -> None:
        """The variant changed: every cell is stale, until its new verdict lands."""
        self.variant = variant
        self.forget()

    def forget(self) -> None:
        """Every cell is stale."""
        self.generation += 1
        self.running = {}
        self.by_scenario = {}

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
            if self.scope is None or cell.evaluation.task.case.scenario_id in self.scope:
                yield case_id, cell

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


@dataclass(frozen=True, slots=True)
class Flips:
    """Cases whose verdict differs from the reference column."""

    fixed: int
    broken: int
    compared: int


class Board:
    """The rows in scope and the columns; the first column is the draft, the second the one it is held against."""

    def __init__(self, rows: Sequence[Case], columns: Sequence[Column]) -> None:
        self.rows = rows
        self.columns = list(columns)

    @property
    def draft(self) -> Column | None:
        """The column of the draft."""
        return self.columns[0] if self.columns else None

    @property
    def reference(self) -> Column | None:
        """The column that flips are told against: the version kept last that says something else than the draft."""
        draft = self.draft
        return next((column for column in self.columns[1:] if draft and column.variant.key != draft.variant.key), None)

    def column_of(self, variant: Variant) -> Column | None:
        """The column that shows a variant."""
        return next((column for column in self.columns if column.variant.key == variant.key), None)

    def flip(self, case_id: str) -> int:
        """1: fixed against the reference, -1: broken, 0: the same, or not both are fresh."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return 0
        now, before = draft.verdict(case_id), reference.verdict(case_id)
        return 0 if now is None or before is None else int(now) - int(before)

    def common_failure(self) -> str:
        """Why no case in scope has a verdict, when none has; else empty."""
        draft = self.draft
        if draft is None or draft.counts.judged or not draft.counts.errors:
            return ""
        cells = (cell for _, cell in draft.in_scope() if cell.generation == draft.generation)
        return next((cell.evaluation.error or "" for cell in cells), "")

    def flips(self) -> Flips:
        """Fixed and broken cases, over those that both columns judged."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return Flips(0, 0, 0)
        pairs = list(_verdicts(draft, reference))
        fixed = sum(now and not before for now, before in pairs)
        broken = sum(before and not now for now, before in pairs)
        return Flips(fixed, broken, len(pairs))


def _verdicts(draft: Column, reference: Column) -> Iterator[tuple[bool, bool]]:
    for case_id, _ in draft.in_scope():
        now, before = draft.verdict(case_id), reference.verdict(case_id)
        if now is not None and before is not None:
            yield now, before
