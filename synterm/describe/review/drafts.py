"""A draft with all that helps to decide about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from synterm.core.case import Case
from synterm.core.decision import Decision, decided, decisions_of
from synterm.core.traffic import OUTPUT
from synterm.storage.project import Project

Doubt = Literal["unknown", "disputed", "unchecked", "confirmed"]
"""What is known of the expected result: nobody could tell, not all agree, nobody was asked, all agree."""

CHECKS: Mapping[str, str] = {"label_check": "label check", "relation": "the app"}
"""The checks of whether an expected result holds, as a case's origin and as people call them."""
_FIRST: Sequence[Doubt] = ("disputed", "confirmed", "unknown")

REASONS = (
    "wrong label",
    "nobody would write this",
    "not readable",
    "too like another",
    "does not belong here",
    "private or harmful",
)
"""Why people reject drafts, one key each."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One case of the queue."""

    key: int
    """Its row number."""
    case: Case
    seed: Case | None
    """What it was made of, where that is there."""

    @property
    def name(self) -> str:
        """What screens call it: ``c17``."""
        return f"c{self.key}"

    @property
    def decision(self) -> Decision | None:
        """The last decision about it."""
        return next(iter(reversed(decisions_of(self.case))), None)

    def after(self, decision: Decision) -> Draft:
        """The same after a decision."""
        return replace(self, case=decided(self.case, decision))


def load_drafts(project: Project, keys: Sequence[int]) -> list[Draft]:
    """The drafts of these row numbers with their seeds, in their order; one that is gone is left out."""
    cases = project.drafts.paged(keys)
    wanted = {case.origin.seed_id for case in cases.values() if case.origin.seed_id}
    seeds = {seed.id: seed for seed in project.cases.named(sorted(wanted))}
    return [Draft(key, cases[key], seeds.get(cases[key].origin.seed_id or "")) for key in keys if key in cases]


def doubt_of(case: Case) -> Doubt:
    """What is known of its expected result, from what its origin says of it: what the check of labels found, and what
    came of asking the app. Who says against it counts before who says for it, and both before who can't tell."""
    checks = [_dict(case.origin.detail.get(name)) for name in CHECKS]
    said = [_said(found.get("score")) for found in checks if found is not None]
    if said:
        return next(doubt for doubt in _FIRST if doubt in said)
    return "unknown" if case.origin.detail.get("keeps") in ("changed", "unknown") else "unchecked"


def _said(score: object) -> Doubt:
    if not isinstance(score, int | float):
        return "unknown"
    return "confirmed" if score >= 1 else "disputed"


def doubt_words(case: Case) -> str:
    """The same in words; empty where nothing is in doubt."""
    doubt = doubt_of(case)
    if doubt == "unknown":
        return "nobody could tell whether this is right"
    return "not all agree that this is right" if doubt == "disputed" else ""


def generators_of(case: Case) -> str:
    """``paraphrase | misspellings``; empty where none made it."""
    steps = (_dict(step) for step in _list(case.origin.detail.get("steps")))
    return " | ".join(str(step.get("type", "?")) for step in steps if step is not None)


def answer_of(case: Case) -> tuple[str, str] | None:
    """What the app answered in production, for a case that was made of a logged call, and by which model, when; None
    for others. Reads what may come from anywhere."""
    detail = case.origin.detail
    output = detail.get(OUTPUT)
    if case.origin.kind != "production" or not isinstance(output, str):
        return None
    served = str(detail.get("served") or "")[:16].replace("T", " ")
    return output, ", ".join(word for word in (str(detail.get("model") or ""), served) if word)


def findings_of(case: Case) -> Iterator[tuple[str, float | None, str]]:
    """What each filter found: its name, its score, and its reason. Reads what may come from anywhere."""
    for found in (_dict(entry) for entry in _list(case.origin.detail.get("filters"))):
        if found is not None:
            yield finding(found)


def finding(found: Mapping[str, Any]) -> tuple[str, float | None, str]:
    """A filter's, or a check's, name, score and reason."""
    score = found.get("score")
    number = float(score) if isinstance(score, int | float) else None
    return str(found.get("filter", "?")), number, str(found.get("reason", ""))


def detail_of(case: Case, name: str) -> tuple[str, float | None, str] | None:
    """The same of one entry of its origin: ``label_check``, ``relation`` or ``dropped``."""
    found = _dict(case.origin.detail.get(name))
    return None if found is None else finding(found)


def _dict(value: object) -> dict[str, Any] | None:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _list(value: object) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
