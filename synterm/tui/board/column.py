"""A column of the result grid: the verdicts on one variant, fresh or stale.

Making a whole column stale is one step, however many cells it has: a cell is fresh while its generation is the
column's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import compress

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation, Variant
from synterm.tui.board.slots import Slots
from synterm.tui.board.verdicts import Cell, Verdicts, read_state
from synterm.tui.board.walk import Walk

_STEP = 2
"""From one text to the next: between them are the cells that were made stale by themselves."""
_TEXTS = 8
"""Of how many texts that were typed before, cells can still say what they were about."""
_RECENT = 500
"""How many cases are remembered whose verdict changed with the text."""


class Freshness(Enum):
    """How a cell stands to the text that is being typed."""

    EMPTY = auto()
    STALE = auto()
    RUNNING = auto()
    FRESH = auto()


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

    def count(self, passed: bool | None, cached: bool, by: int) -> None:
        """Count one verdict in (1) or out (-1)."""
        if passed is None:
            self.errors += by
        elif passed:
            self.passed += by
        else:
            self.failed += by
        self.cached += by * cached


class Column:
    """One variant's verdicts."""

    recorded = False
    """Whether its verdicts are those of a recorded run: nothing evaluates it."""

    def __init__(
        self,
        variant: Variant,
        slots: Slots | None = None,
        *,
        live: bool = False,
        scope: frozenset[str] | None = None,
    ) -> None:
        """`live`: whether this is the draft that is being typed. `slots`: shared by the columns of a board."""
        self.variant = variant
        self.slots = Slots() if slots is None else slots
        self.live = live
        self.scope = scope
        """The scenarios whose cells count; None for all."""
        self.generation = _STEP
        self.changes = 0
        """How often a cell, or what counts, was changed: what is reckoned from the cells holds until it is more."""
        self.running: dict[str, str] = {}
        """The answers that are coming in, as far as they are, by case."""
        self.held_up: dict[str, str] = {}
        """Why requests failed that are sent again after a while, by case."""
        self.by_scenario: dict[str, Counts] = {}
        """Fresh verdicts of every scenario, also of those out of scope."""
        self.before: dict[str, Counts] = {}
        """The same of the text before, for as long as there are none of this one."""
        self._verdicts = Verdicts()
        self._not_passed: dict[int, None] = {}
        self._flipped: dict[int, None] = {}
        self._walk: Walk | None = None
        self._texts: dict[int, Variant] = {}

    @property
    def title(self) -> str:
        """``smollm2 · draft``."""
        return f"{self.variant.model.name} · {self.variant.version}"

    @property
    def label(self) -> str:
        """What heads it beside its model's name: ``v2``, ``draft``."""
        return self.variant.version

    def supersede(self, variant: Variant) -> None:
        """The variant changed: every cell is stale, until its new verdict lands."""
        self.variant = variant
        self._age()

    def forget(self) -> None:
        """Every cell is stale, whatever the text: checks were changed."""
        self._age()
        self.before, self._not_passed, self._flipped = {}, {}, {}

    def recount(self) -> None:
        """Count anew: other cases are in question now (`Slots.count_only`), and none is under way."""
        self.running, self.held_up, self.by_scenario, self._walk = {}, {}, {}, None
        self.before = {}
        self.changes += 1
        cells = compress(zip(self.slots.scenarios, self.states, strict=False), self.counting())
        for (scenario, state), number in Counter(cells).items():
            counts = self.by_scenario.setdefault(self.slots.scenario_numbered(scenario), Counts())
            counts.count(*read_state(state), number)

    def drop(self, case_id: str) -> None:
        """A case is gone, or says something else now: what was known of it is forgotten."""
        self.age(case_id)
        slot = self.slots.find(case_id)
        if slot is not None:
            self._verdicts.remove(slot)
            self._not_passed.pop(slot, None)
            self._flipped.pop(slot, None)

    def _age(self) -> None:
        self.before |= {scenario: counts for scenario, counts in self.by_scenario.items() if counts.judged}
        self.generation += _STEP
        self.running, self.held_up, self.by_scenario, self._walk = {}, {}, {}, None

    def age(self, case_id: str) -> None:
        """One cell is stale."""
        slot = self._fresh(case_id)
        if slot is not None:
            if self.slots.counts(slot):
                counts = self.by_scenario[self.slots.scenario(slot)]
                counts.count(self._verdicts.passed(slot), self._verdicts.cached(slot), -1)
            self._verdicts.age(slot)
            self._walk = None
            self.changes += 1

    @property
    def counts(self) -> Counts:
        """The fresh verdicts in scope."""
        return self._in_scope(self.by_scenario)

    @property
    def counts_before(self) -> Counts:
        """Those of the text before."""
        return self._in_scope(self.before)

    def covers(self, scenario_id: str) -> bool:
        """Whether the cases of a scenario are in scope."""
        return self.scope is None or scenario_id in self.scope

    def not_passed(self) -> list[str]:
        """The cases in scope whose last verdict was no pass, of this text or of one before; then those that flipped."""
        slots = {**self._not_passed, **dict.fromkeys(reversed(self._flipped))}
        return [self.slots.id(slot) for slot in slots if self._is_in_scope(slot)]

    def remaining(self, rows: Sequence[Case]) -> Iterator[Case]:
        """The rows without those, from the first on, that are known to be fresh."""
        if self._walk is None or self._walk.rows is not rows:
            self._walk = Walk(rows)
        return self._walk.remaining()

    def is_due(self, case_id: str, *, errors: bool) -> bool:
        """Whether a case is to be evaluated: it has no fresh verdict. `errors`: also where there was none to be had."""
        slot = self._fresh(case_id)
        return slot is None or (errors and self._verdicts.passed(slot) is None)

    def freshness(self, case_id: str) -> Freshness:
        """How the cell of a case stands."""
        if case_id in self.running:
            return Freshness.RUNNING
        if self._fresh(case_id) is not None:
            return Freshness.FRESH
        return Freshness.EMPTY if self.cell(case_id) is None else Freshness.STALE

    def verdict(self, case_id: str) -> bool | None:
        """The fresh verdict on a case; None when there is none."""
        slot = self._fresh(case_id)
        return None if slot is None else self._verdicts.passed(slot)

    def cell(self, case_id: str) -> Cell | None:
        """The newest verdict on a case, fresh or stale."""
        slot = self.slots.find(case_id)
        return None if slot is None else self._verdicts.get(slot)

    @property
    def states(self) -> Sequence[int]:
        """By slot, what `read_state` tells of the cell."""
        return self._verdicts.states

    def counting(self) -> Iterable[int]:
        """By slot: 1 where the cell is fresh and its case counts."""
        return map(int.__and__, self.fresh(), self.slots.counted)

    def fresh(self) -> bytes:
        """By slot: 1 where the cell is fresh."""
        return self._verdicts.about(self.generation)

    def fresh_verdicts(self) -> Iterator[tuple[int, bool | None]]:
        """The fresh verdicts on the cases that count, of all scenarios, by slot."""
        for slot, counts in enumerate(self.counting()):
            if counts:
                yield slot, self._verdicts.passed(slot)

    def verdict_in(self, slot: int) -> bool | None:
        """The fresh verdict in a slot; None when there is none."""
        return self._verdicts.passed(slot) if self._verdicts.generation(slot) == self.generation else None

    def last_in(self, slot: int) -> bool | None:
        """The newest verdict in a slot, fresh or stale; None when there is none."""
        return self._verdicts.passed(slot) if self._verdicts.has(slot) else None

    def text_in(self, slot: int) -> str:
        """The newest answer in a slot, in short; empty when there is none."""
        return self._verdicts.text(slot)

    def is_fresh_in(self, slot: int) -> bool:
        """Whether the cell in a slot is about the text as it is now."""
        return self._verdicts.generation(slot) == self.generation

    def has_cell_in(self, slot: int) -> bool:
        """Whether there is a verdict in a slot, of this text or of one before."""
        return self._verdicts.has(slot)

    def variant_of(self, cell: Cell) -> Variant | None:
        """What a cell is about; None for a text that was typed long ago."""
        return self._texts.get(cell.generation + cell.generation % _STEP)

    def land(self, evaluation: Evaluation) -> None:
        """A verdict arrived for the text as it is now."""
        case = evaluation.task.case
        slot, verdicts = self.slots.of(case), self._verdicts
        counts = self.by_scenario.setdefault(case.scenario_id, Counts())
        if verdicts.generation(slot) == self.generation:
            if self.slots.counts(slot):
                counts.count(verdicts.passed(slot), verdicts.cached(slot), -1)
        elif verdicts.has(slot) and verdicts.passed(slot) != evaluation.passed:
            self._remember_flip(slot)
        self.slots.count_in(slot)
        counts.count(evaluation.passed, evaluation.completion.cached, 1)
        verdicts.put(slot, evaluation, self.generation)
        self.changes += 1
        self._texts[self.generation] = self.variant
        if len(self._texts) > _TEXTS:
            del self._texts[min(self._texts)]
        self.running.pop(case.id, None)
        self.held_up.pop(case.id, None)
        if evaluation.passed:
            self._not_passed.pop(slot, None)
        else:
            self._not_passed[slot] = None
        if self._walk is not None:
            self._walk.advance(lambda case_id: self.freshness(case_id) is Freshness.FRESH)

    def _in_scope(self, by_scenario: Mapping[str, Counts]) -> Counts:
        total = Counts()
        for scenario, counts in by_scenario.items():
            if self.covers(scenario):
                total.add(counts)
        return total

    def _is_in_scope(self, slot: int) -> bool:
        return self.slots.counts(slot) and self.covers(self.slots.scenario(slot))

    def _remember_flip(self, slot: int) -> None:
        self._flipped.pop(slot, None)
        self._flipped[slot] = None
        if len(self._flipped) > _RECENT:
            del self._flipped[next(iter(self._flipped))]

    def _fresh(self, case_id: str) -> int | None:
        """The slot of a case whose cell is fresh."""
        slot = self.slots.find(case_id)
        return slot if slot is not None and self._verdicts.generation(slot) == self.generation else None
