"""The check of labels at work in a generation: whom it asks about which cases."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.case import Case, Origin
from synterm.core.completion import Completion
from synterm.core.request import Request
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.label_check import Finding, LabelCheck
from synterm.describe.pipeline.making import Ask
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.steering import Slot

_Requests = list[Request]


class Checking:
    """Checks the labels of candidates, all of a wave together."""

    def __init__(self, check: LabelCheck, places: Places, ask: Ask) -> None:
        self._check = check
        self._places = places
        self._ask = ask

    async def check(self, about: Sequence[tuple[Slot, Candidate]]) -> list[Finding]:
        """A finding for each, in their order."""
        asked = [self._requests(slot, candidate) for slot, candidate in about]
        wanted = [pair for own, of_seed in asked for pair in (*own, *of_seed)]
        replies = await self._ask(wanted) if wanted else {}
        found: list[Finding] = []
        for (slot, candidate), (own, of_seed) in zip(about, asked, strict=True):
            labels = self._places.labels(slot.scenario_id)
            if not labels:
                found.append(Finding(None, None, "the scenario's checks know no labels"))
                continue
            said = self._by_model(own, replies)
            found.append(self._check.finding(candidate, slot.seed, labels, said, self._by_model(of_seed, replies)))
        return found

    def _requests(
        self, slot: Slot, candidate: Candidate
    ) -> tuple[list[tuple[Case, Request]], list[tuple[Case, Request]]]:
        labels = self._places.labels(slot.scenario_id)
        if not labels:
            return [], []
        seed = slot.seed
        case = Case(
            id=seed.id if seed else slot.scenario_id,
            scenario_id=slot.scenario_id,
            input=candidate.input,
            origin=Origin(kind="generated"),
        )
        shots = self._places.shots(slot.scenario_id, "dev", seed)
        about = self._places.tree[slot.scenario_id].description
        own = [(case, request) for request in self._check.requests(case, labels, shots, about)]
        if seed is None or candidate.keeps != "same" or seed.expected not in labels:
            return own, []
        return own, [(seed, request) for request in self._check.requests(seed, labels, shots, about)]

    def _by_model(
        self, asked: Sequence[tuple[Case, Request]], replies: dict[str, Completion]
    ) -> dict[str, Completion | None]:
        return {
            model.name: replies.get(request.key)
            for model, (_, request) in zip(self._check.models, asked, strict=bool(asked))
        }
