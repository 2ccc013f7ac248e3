"""The check of the relation at work in a generation: the app answers seeds, and what was made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synterm.core.case import Case
from synterm.core.evaluation import Evaluation
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.relation import Related, related, unfit, untold
from synterm.describe.pipeline.steering import Slot
from synterm.evaluate.probing import Prober, variation


class Relating:
    """Holds candidates against their seeds, all of a wave together."""

    def __init__(self, app: Prober) -> None:
        self.app = app
        self._seeds: dict[str, Evaluation | None] = {}
        """What the app answered to seeds, by case id."""

    async def check(self, about: Sequence[tuple[Slot, Candidate]]) -> list[Related]:
        """What is found of each, in their order."""
        await self._ask_seeds(slot.seed for slot, one in about if slot.seed and not untold(one, slot.seed))
        told: dict[int, Related] = {}
        asked: dict[int, tuple[Case, Evaluation, Candidate]] = {}
        for at, (slot, one) in enumerate(about):
            seed, answer = slot.seed, self._seeds.get(slot.seed.id) if slot.seed else None
            if why := untold(one, seed) or unfit(answer):
                told[at] = why
            elif seed and answer:
                asked[at] = seed, answer, one
        answers = await self._answers([_as_case(seed, one) for seed, _, one in asked.values()])
        for (at, (seed, answer, one)), new in zip(asked.items(), answers, strict=True):
            told[at] = related(one, seed, answer, new)
        return [told[at] for at in range(len(about))]

    async def _ask_seeds(self, seeds: Iterable[Case]) -> None:
        missing = {seed.id: seed for seed in seeds if seed.id not in self._seeds}
        self._seeds.update(zip(missing, await self._answers([*missing.values()]), strict=True))

    async def _answers(self, cases: Sequence[Case]) -> list[Evaluation | None]:
        probes = await self.app.judge(cases) if cases else []
        return [next(iter(probe.evaluations), None) for probe in probes]


def _as_case(seed: Case, candidate: Candidate) -> Case:
    return variation(seed, candidate.input).model_copy(update={"expected": candidate.expected})
