"""The workbench's columns held against one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from synterm.core.case import Case
from synterm.evaluate.statistics import mcnemar_exact
from synterm.evaluate.verdict import verdict_of
from synterm.reports.changes import Change
from synterm.tui.board.column import Column

Named = Callable[[Sequence[str]], Sequence[Case]]


@dataclass(frozen=True, slots=True)
class Turned:
    """The cases in scope that two columns judge otherwise, by their ids."""

    before: Column
    after: Column
    fixed: tuple[str, ...]
    broken: tuple[str, ...]

    def change(self, named: Named) -> Change:
        """What that says; `named` reads cases. As in a run, each lineage counts once."""
        roots = {case.id: case.root_id for case in named([*self.fixed, *self.broken])}
        sums = Counter[str]()
        for case_ids, by in ((self.fixed, 1), (self.broken, -1)):
            for case_id in case_ids:
                sums[roots.get(case_id, case_id)] += by
        up, down = (sum(value * sign > 0 for value in sums.values()) for sign in (1, -1))
        return Change(
            self.before.variant,
            self.after.variant,
            self.fixed,
            self.broken,
            mcnemar_exact(up, down),
            up + down,
            verdict_of(up, down),
        )


def turned(before: Column, after: Column) -> Turned | None:
    """What turned from one column to another; None where no case has a fresh verdict of both."""
    slots, found, compared = after.slots, {1: list[str](), -1: list[str]()}, 0
    for slot, now in after.fresh_verdicts():
        was = before.verdict_in(slot)
        if now is None or was is None or not after.covers(slots.scenario(slot)):
            continue
        compared += 1
        if now is not was:
            found[int(now) - int(was)].append(slots.id(slot))
    return Turned(before, after, tuple(found[1]), tuple(found[-1])) if compared else None
