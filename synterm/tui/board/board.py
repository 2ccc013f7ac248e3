"""What the result grid shows: rows are cases, columns are variants, cells are verdicts, fresh or stale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, compress, repeat
from typing import NamedTuple, TypeVar

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import Evaluation
from synterm.tui.board.baseline import BaselineColumn
from synterm.tui.board.column import Column
from synterm.tui.board.lineup import NOTHING, Reference, place_of
from synterm.tui.board.verdicts import read_state

T = TypeVar("T")


class Flips(NamedTuple):
    """Cases whose verdict differs from the reference column."""

    fixed: int = 0
    broken: int = 0
    compared: int = 0

    def plus(self, other: Flips, sign: int = 1) -> Flips:
        """The sum, or the difference."""
        return Flips(*(mine + sign * theirs for mine, theirs in zip(self, other, strict=True)))


_NONE, _SAME, _FIXED, _BROKEN = Flips(), Flips(0, 0, 1), Flips(1, 0, 1), Flips(0, 1, 1)

Named = Callable[[Sequence[str]], Sequence[Case]]
"""Gives the cases of these ids; those that are gone are left out."""
Spread = Callable[[int], Sequence[Case]]
"""Gives so many of the rows, as many of each scenario as there are."""


class Board:
    """The rows in scope and the columns. The first column is a draft; another is the one it is held against."""

    def __init__(
        self,
        rows: Sequence[Case],
        columns: Sequence[Column],
        named: Named,
        spread: Spread,
        reference: Reference | None = None,
        baseline: BaselineColumn | None = None,
    ) -> None:
        """`reference`: what the draft is held against, where that was chosen; None: the baseline if there is one, or
        else the version kept last. `baseline`: need not be among the columns."""
        self.rows = rows
        self.shown = rows
        """The rows as the grid shows them: sorted, or only some."""
        self.columns = list(columns)
        self.named = named
        self.spread = spread
        self.baseline = baseline
        self._chosen = reference
        self._reference: tuple[tuple[int, bool], Column | None] | None = None
        """The reference, as it was when the draft had that generation, and the baseline anything of its prompt."""
        self._flips: dict[str, Flips] = {}
        self._counted: tuple[int, ...] | None = None
        """Which state of which columns the flips were counted in."""
        self._turned: tuple[tuple[int, ...], tuple[int, int, int]] | None = None

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
    def evaluated(self) -> list[Column]:
        """The columns without those of recorded runs."""
        return [column for column in self.columns if not column.recorded]

    @property
    def reference(self) -> Column | None:
        """The column that flips are told against: the chosen one, or the baseline, or the first that says something
        else than the draft.

        Columns of the draft's own model come first.
        """
        draft = self.draft
        if draft is None:
            return None
        state = (draft.generation, self._has_baseline)
        if self._reference is None or self._reference[0] != state:
            self._reference = (state, self._find_reference(draft))
        return self._reference[1]

    @property
    def _has_baseline(self) -> bool:
        return self.baseline is not None and not self.baseline.absent

    def _find_reference(self, draft: Column) -> Column | None:
        if self._chosen == NOTHING:
            return None
        if self._has_baseline:
            return self.baseline
        kept = (column for column in self.columns[1:] if not column.recorded)
        others = [column for column in kept if column.variant.key != draft.variant.key]
        chosen = (column for column in others if place_of(column.variant) == self._chosen)
        same_model = (column for column in others if column.variant.model.name == draft.variant.model.name)
        return next(chain(chosen, same_model, others), None)

    def flip(self, case_id: str) -> int:
        """1: fixed against the reference, -1: broken, 0: the same, or not both are fresh."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return 0
        now, before = draft.verdict(case_id), reference.verdict(case_id)
        return 0 if now is None or before is None else int(now) - int(before)

    def disagree(self, case_id: str) -> bool:
        """Whether columns have different fresh verdicts on a case."""
        verdicts = {column.verdict(case_id) for column in self.columns} - {None}
        return len(verdicts) > 1

    def common_failure(self) -> Completion | None:
        """How the calls failed, when no case in scope has a verdict; None when some has, or there is no cell yet."""
        draft = self.draft
        if draft is None or draft.counts.judged or not draft.counts.errors:
            return None
        slots = (slot for slot, _ in draft.fresh_verdicts() if draft.covers(draft.slots.scenario(slot)))
        cell = next((draft.cell(draft.slots.id(slot)) for slot in slots), None)
        if cell is None:
            return None
        return cell.completion or failed_call(Outcome.COMPLETE, "no check gives a verdict: enter on a result says why")

    def held_up(self) -> str:
        """``rate limited: 3 wait`` while requests wait to be sent again; else empty."""
        reasons = Counter(chain.from_iterable(column.held_up.values() for column in self.columns))
        return f"{reasons.most_common(1)[0][0]}: {reasons.total()} wait" if reasons else ""

    def flips(self) -> Flips:
        """Fixed and broken cases in scope, over those that both columns judged."""
        draft, total = self.draft, Flips()
        for scenario, flips in self.flips_by_scenario().items():
            if draft is not None and draft.covers(scenario):
                total = total.plus(flips)
        return total

    def flips_by_scenario(self) -> dict[str, Flips]:
        """The same for each scenario, also those out of scope."""
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return {}
        state = self._state(draft, reference)
        if state != self._counted:
            self._counted, self._flips = state, _count(draft, reference)
        return self._flips

    def turned(self) -> tuple[int, int, int]:
        """Of the lineages in scope that both columns judged: how many came out better than under the reference, how
        many worse, and how many there are. Variations of a seed are no evidence of their own.

        Goes through all cases, so it is for when nothing is under way.
        """
        draft, reference = self.draft, self.reference
        if draft is None or reference is None:
            return 0, 0, 0
        state = self._state(draft, reference)
        if self._turned is None or self._turned[0] != state:
            self._turned = (state, _turn(draft, reference))
        return self._turned[1]

    def _change(self, case: Case, change: Callable[[], None]) -> None:
        """Counting all flips anew with each verdict would take ever longer the more cases there are."""
        flips, before = self.flips_by_scenario(), self._compared(case.id)
        change()
        now = self._compared(case.id)
        if now is not before:
            flips[case.scenario_id] = flips.get(case.scenario_id, _NONE).plus(before, -1).plus(now)
        if self.draft is not None and self.reference is not None:
            self._counted = self._state(self.draft, self.reference)

    @staticmethod
    def _state(draft: Column, reference: Column) -> tuple[int, ...]:
        # Other boards may have the same columns, and what lands there is on this one too.
        return draft.generation, draft.changes, id(reference), reference.generation, reference.changes

    def _compared(self, case_id: str) -> Flips:
        """What one case adds to the flips."""
        draft, reference = self.draft, self.reference
        slot = draft.slots.find(case_id) if draft else None
        if draft is None or reference is None or slot is None or not draft.slots.counts(slot):
            return _NONE
        return _flip(draft.verdict_in(slot), reference.verdict_in(slot))


def _flip(now: bool | None, before: bool | None) -> Flips:
    if now is None or before is None:
        return _NONE
    return _SAME if now == before else _FIXED if now else _BROKEN


def _count(draft: Column, reference: Column) -> dict[str, Flips]:
    counted: dict[str, Flips] = {}
    slots = draft.slots
    # Column by column, since one slot after the other takes ten times as long.
    for (scenario, now, before, known), number in _pairs(draft, reference, slots.scenarios).items():
        name, flip = slots.scenario_numbered(scenario), _NONE
        if known:
            flip = _flip(read_state(now)[0], read_state(before)[0])
        counted[name] = counted.get(name, Flips()).plus(Flips(*(number * part for part in flip)))
    return counted


def _turn(draft: Column, reference: Column) -> tuple[int, int, int]:
    nets: Counter[int] = Counter()
    up = down = alone = 0
    slots = draft.slots
    keys = zip(slots.scenarios, slots.roots, strict=False)
    for ((scenario, root), now, before, known), number in _pairs(draft, reference, keys).items():
        flip = _flip(read_state(now)[0], read_state(before)[0]) if known else _NONE
        if not flip.compared or not draft.covers(slots.scenario_numbered(scenario)):
            continue
        if root == 0:
            up, down, alone = up + number * flip.fixed, down + number * flip.broken, alone + number
        else:
            nets[root] += number * (flip.fixed - flip.broken)
    up += sum(net > 0 for net in nets.values())
    down += sum(net < 0 for net in nets.values())
    return up, down, alone + len(nets)


def _pairs(draft: Column, reference: Column, keys: Iterable[T]) -> Counter[tuple[T, int, int, int]]:
    """How many of the draft's fresh cells have which key, which state, and which in the reference; the last says
    whether that is fresh too."""
    states, fresh = (chain(part, repeat(0)) for part in (reference.states, reference.fresh()))
    cells = zip(keys, draft.states, states, fresh, strict=False)
    return Counter(compress(cells, draft.counting()))
