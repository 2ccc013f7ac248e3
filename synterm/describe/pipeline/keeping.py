"""From a candidate to the case that is kept of it, or of its being dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.core.case import Case, Origin, Status
from synterm.core.generation import GENERATION, mark
from synterm.core.ids import new_id
from synterm.describe.candidate import Candidate
from synterm.describe.pipeline.label_check import Finding
from synterm.describe.pipeline.plan import GenerationPlan
from synterm.describe.pipeline.steering import Slot


def as_case(
    plan: GenerationPlan,
    generation_id: str,
    slot: Slot,
    candidate: Candidate,
    name: str,
    details: Sequence[dict[str, Any]],
    dropped: dict[str, Any] | None,
    finding: Finding | None = None,
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
    }
    if candidate.form:
        detail["form"] = candidate.form
    if finding:
        detail["label_check"] = finding.detail()
    if dropped:
        detail["dropped"] = dropped
    case = Case(
        id=case_id,
        scenario_id=plan.into or slot.scenario_id,
        input=candidate.input,
        expected=candidate.expected,
        tags=tuple(dict.fromkeys((*(seed.tags if seed else ()), *candidate.tags))),
        split=seed.split if seed else plan.split,
        status="rejected" if dropped else _status(plan, candidate, finding),
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


def _status(plan: GenerationPlan, candidate: Candidate, finding: Finding | None) -> Status:
    """Nobody looks at what is accepted at once, so what is in doubt waits for a person all the same."""
    sure = finding.verdict is True if finding else candidate.keeps == "same"
    return "accepted" if plan.accept and sure else "draft"
