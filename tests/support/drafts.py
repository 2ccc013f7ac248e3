"""Drafts as generations leave them, for tests of their review."""

from __future__ import annotations

from typing import Any

from synterm.core.case import Case, Origin
from synterm.core.generation import GENERATION, fingerprint
from synterm.storage.project import Project

GENERATION_ID = "01M8JF2FM10AZ0R7T0VWK7BX00"


def draft(seed: Case, text: str, **detail: Any) -> Case:
    """A draft that was made of `seed`; ``dropped=…`` makes it one that a filter dropped."""
    facts: dict[str, Any] = {
        GENERATION: GENERATION_ID,
        "steps": [{"type": "paraphrase", "model": "writer"}],
        "keeps": "same",
        "note": "in other words",
        "filters": [{"filter": "too-far", "score": 0.71, "reason": "0.71 like its seed in its wording"}],
        **detail,
    }
    case = Case(
        scenario_id=seed.scenario_id,
        input={"message": text},
        expected=seed.expected,
        split=seed.split,
        status="rejected" if "dropped" in facts else "draft",
        origin=Origin(kind="generated", seed_id=seed.id, detail=facts),
        root_id=seed.root_id,
    )
    return case.model_copy(
        update={"origin": case.origin.model_copy(update={"detail": {**facts, "as_made": fingerprint(case)}})}
    )


def unsure(reason: str = "writer can't tell") -> dict[str, Any]:
    """What a label check says that abstained."""
    return {"filter": "label-check", "score": None, "reason": reason, "says": None}


def dropped(name: str = "near-duplicate", score: float = 0.93) -> dict[str, Any]:
    """What a filter says that dropped a case."""
    return {"filter": name, "score": score, "reason": f"{score} like another"}


def put(project: Project, *cases: Case) -> list[Case]:
    """Put cases into the project."""
    project.cases.put(cases).result()
    return list(cases)


def stored(project: Project, case: Case) -> tuple[Any, ...]:
    """All that the file has of a case, its time too."""
    columns = "id, scenario_id, content_id, tags, split, status, origin, root_id, updated"
    [row] = project.drafts._rows(f"SELECT {columns} FROM cases WHERE id = ?", [case.id])  # pyright: ignore[reportPrivateUsage]
    return row
