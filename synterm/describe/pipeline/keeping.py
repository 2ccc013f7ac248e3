"""From a candidate to the case that is kept of it, or of its being dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synterm.core.case import Case, Origin, Status
from synterm.core.generation import GENERATION, mark
from synterm.core.ids import new_id
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.label_check import Finding
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.relation import Related
from synterm.describe.pipeline.steering import Slot


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of whether the expected result of a candidate holds; None where nobody was asked."""

    labels: Finding | None = None
    relation: Related | None = None

    def sure(self, candidate: Candidate) -> bool:
        """Whether nothing speaks against it, and something for it: a check, or the generator where none was asked."""
        said = [one.verdict for one in (self.labels, self.relation) if one is not None]
        return True in said and False not in said if said else candidate.keeps == "same"

    def doubted(self, candidate: Candidate) -> bool:
        """Whether a check was asked and could not confirm it; where none was, whether its generator can't tell."""
        asked = self.labels is not None or self.relation is not None
        return not self.sure(candidate) if asked else candidate.keeps == "unknown"

    def details(self) -> dict[str, Any]:
        """As the case's origin keeps it."""
        said = {"label_check": self.labels, "relation": self.relation}
        return {name: one.detail() for name, one in said.items() if one is not None}


_UNCHECKED = Checked()


def as_case(
    plan: GenerationPlan,
    generation_id: str,
    slot: Slot,
    candidate: Candidate,
    name: str,
    details: Sequence[dict[str, Any]],
    dropped: dict[str, Any] | None,
    checked: Checked = _UNCHECKED,
) -> Case:
    """The case: rejected with the reason where something dropped it, else a draft, or accepted.

    It stays in the lineage and in the split of its seed. `name` tells it from all others of the generation.
    """
    seed = slot.seed
    case_id = new_id()
    detail: dict[str, Any] = {
        GENERATION: generation_id,
        "name": name,
        "steps": list(candidate.steps),
        "keeps": candidate.keeps,
        "note": candidate.note,
        "filters": list(details),
        **checked.details(),
    }
    if candidate.form:
        detail["form"] = candidate.form
    if dropped:
        detail["dropped"] = dropped
    case = Case(
        id=case_id,
        scenario_id=plan.into or slot.scenario_id,
        input=candidate.input,
        expected=candidate.expected,
        tags=tuple(dict.fromkeys((*(seed.tags if seed else ()), *candidate.tags))),
        split=seed.split if seed else plan.split,
        # Nobody looks at what is accepted at once, so what is in doubt waits for a person all the same.
        status="rejected" if dropped else "accepted" if plan.accept and checked.sure(candidate) else "draft",
        origin=Origin(kind="generated", seed_id=seed.id if seed else None, detail=detail),
        root_id=seed.root_id if seed else case_id,
    )
    return mark(case)


def rejected(case: Case, dropped: dict[str, Any]) -> Case:
    """A case that was kept, and then dropped after all."""
    return _with_status(case, "rejected", {"dropped": dropped})


def judged_anew(case: Case, name: str, threshold: float, dropped: dict[str, Any] | None) -> Case:
    """A case after the threshold of a filter was moved: dropped, with what the filter says then, or a draft again."""
    more: dict[str, Any] = {"moved": {"filter": name, "threshold": threshold}}
    return _with_status(case, "rejected" if dropped else "draft", more | ({"dropped": dropped} if dropped else {}))


def _with_status(case: Case, status: Status, more: dict[str, Any]) -> Case:
    detail = {**case.origin.detail, **more}
    origin = case.origin.model_copy(update={"detail": detail})
    return mark(case.model_copy(update={"status": status, "origin": origin}))
