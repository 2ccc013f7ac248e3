"""What the result grid shows: rows are cases, columns are variants, cells are verdicts, fresh or stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import chain
from typing import NamedTuple

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.tui.column import Column


class Flips(NamedTuple):
    """Cases whose verdict differs from the reference column."""

    fixed: int = 0
    broken: int = 0
    compared: int = 0


class Board:
    """The rows in scope and the columns; the first column is the draft, the second the one it is held against."""

    def __init__(self, rows: Sequence[Case], columns: Sequence[Column]) -> None:
        self.rows = rows
        self.columns = list(columns)
        self._flips = Flips()
        self._counted: tuple[int, int, int] | None = None
        """Which state of which columns the flips were counted in."""

    def land(self, column: Column, evaluation: Evaluation) -> None:
        """A verdict arrived for the text of a column as it is now."""
        self._change(evaluation.task.case, lambda: column.land(evaluation))

    def age(self, column: Column, case: Case) -> None:
        """One cell of a column is stale."""
        self._change(case, lambda: column.age(case.id))

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

    def held_up(self) -> str:
        """``rate limited: 3 wait`` while requests wait to be sent again; else empty."""
        reasons = Counter(chain.from_iterable(column.held_up.values() for column in self.columns))
        return f"{reasons.most_common(1)[0][0]}: {reasons.total()} wait" if reasons else ""

    def flips(self) -> Flips:
        """Fixed and broken cases, over those that both columns judged."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return Flips()
        state = (draft.generation, id(reference), reference.generation)
        if state != self._counted:
            self._counted, self._flips = state, self._count(draft)
        return self._flips

    def _count(self, draft: Column) -> Flips:
        if not draft.counts.judged:
            return Flips()
        pairs = [self._compared(cell.evaluation.task.case) for _, cell in draft.in_scope()]
        return Flips(*(sum(numbers) for numbers in zip(*pairs, strict=True)))

    def _change(self, case: Case, change: Callable[[], None]) -> None:
        """Counting all flips anew with each verdict would take ever longer the more cases there are."""
        flips, before = self.flips(), self._compared(case)
        change()
        numbers = zip(flips, before, self._compared(case), strict=True)
        self._flips = Flips(*(total - old + new for total, old, new in numbers))

    def _compared(self, case: Case) -> Flips:
        """What one case adds to the flips."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None or not draft.covers(case):
            return Flips()
        now, before = draft.verdict(case.id), reference.verdict(case.id)
        if now is None or before is None:
            return Flips()
        return Flips(int(now and not before), int(before and not now), 1)
