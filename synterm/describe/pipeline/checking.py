"""The check of labels at work in a generation: whom it asks about which cases."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.case import Case, Origin
from synterm.core.completion import Completion
from synterm.core.request import Request
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.label_check import Finding, LabelCheck, Trust, trust_in
from synterm.describe.pipeline.making import Ask
from synterm.describe.pipeline.places import Places
from synterm.describe.pipeline.steering import Slot


class Checking:
    """Checks the labels of candidates, all of a wave together."""

    def __init__(self, check: LabelCheck, places: Places, ask: Ask) -> None:
        self._check = check
        self._places = places
        self._ask = ask
        self._trust: dict[tuple[str, ...], Trust] = {}

    async def check(self, about: Sequence[tuple[Slot, Candidate]]) -> list[Finding]:
        """A finding for each, in their order."""
        for scenario_id in dict.fromkeys(slot.scenario_id for slot, _ in about):
            await self._try_out(scenario_id)
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
            found.append(
                self._check.finding(
                    candidate, slot.seed, labels, said, self._by_model(of_seed, replies), self._trust[labels]
                )
            )
        return found

    async def _try_out(self, scenario_id: str) -> None:
        """Have the models sort known cases, once for the same labels."""
        labels = self._places.labels(scenario_id)
        if not labels or labels in self._trust:
            return
        probes = self._places.probes(scenario_id, "dev")
        about = self._places.tree[scenario_id].description
        asked = [
            (case, self._check.requests(case, labels, self._places.shots(scenario_id, "dev", case), about))
            for case in probes
        ]
        wanted = [(case, request) for case, requests in asked for request in requests]
        replies = await self._ask(wanted) if wanted else {}
        said = {
            model.name: [(case, replies.get(requests[at].key)) for case, requests in asked]
            for at, model in enumerate(self._check.models)
        }
        self._trust[labels] = trust_in(said, labels)

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
