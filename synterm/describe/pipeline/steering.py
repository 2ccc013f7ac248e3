"""Which seed and which generators are next: those of whose kind the fewest are kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from synterm.core.case import Case, value_text
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.requests import random_of

DRY = 4
"""After so many attempts in a row that gave nothing that was kept, a seed is left alone."""


@dataclass(eq=False, slots=True)
class Slot:
    """A seed, or a scenario without one, under one chain of generators."""

    chain: int
    seed: Case | None
    scenario_id: str
    tie: float
    attempts: int = 0
    kept: int = 0
    dry: int = 0
    ended: bool = False
    """Whether its generators have no more."""

    @property
    def label(self) -> str:
        """What is balanced over, besides seeds and chains."""
        return value_text(self.seed.expected)[:200] if self.seed else ""

    @property
    def name(self) -> str:
        """What tells it from others, the same whenever the plan is the same."""
        return f"{self.chain}.{self.seed.id if self.seed else self.scenario_id}"

    @property
    def open(self) -> bool:
        """Whether more may come of it."""
        return not self.ended and self.dry < DRY


class Steering:
    """Gives out attempts. What is missing is what has the fewest kept: by label, then by seed, then by generators."""

    def __init__(self, plan: GenerationPlan) -> None:
        random = random_of(plan.random_seed, "order")
        self.slots = list(_slots(plan, random))
        self._labels: defaultdict[str, float] = defaultdict(float)
        self._chains: defaultdict[int, float] = defaultdict(float)

    def next(self, count: int) -> list[Slot]:
        """So many slots to try, each with one more attempt; fewer where no more are open. A slot may come twice."""
        chosen: dict[Slot, None] = {}
        labels, chains = self._labels.copy(), self._chains.copy()
        for _ in range(count):
            open_slots = [slot for slot in self.slots if slot.open and slot not in chosen]
            if not open_slots:
                break
            slot = min(
                open_slots,
                key=lambda one: (labels[one.label], one.kept + one.dry, chains[one.chain], one.attempts, one.tie),
            )
            labels[slot.label] += 1
            chains[slot.chain] += 1
            slot.attempts += 1
            chosen[slot] = None
        return [*chosen]

    def note(self, slot: Slot, made: int, kept: int) -> None:
        """What an attempt came to."""
        slot.kept += kept
        slot.dry = 0 if kept else slot.dry + 1
        # An attempt that gave nothing counts as half a case, or a label that nothing comes of would take all turns.
        self._labels[slot.label] += kept or 0.5
        self._chains[slot.chain] += kept or 0.5

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left to try."""
        return not any(slot.open for slot in self.slots)


def _slots(plan: GenerationPlan, random: Random) -> Iterator[Slot]:
    for number, chain in enumerate(plan.chains):
        sources: Sequence[tuple[Case | None, str]] = (
            [(case, case.scenario_id) for case in plan.seeds]
            if chain[0].needs_seed
            else [(None, scenario) for scenario in plan.scenarios]
        )
        for seed, scenario in sources:
            yield Slot(number, seed, scenario, random.random())
