"""A generation: cases that were made together, and what became of all that was made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case
from synterm.core.ids import content_id

GenerationStatus = Literal["running", "complete", "incomplete", "interrupted", "undone"]
"""``incomplete``: it ended before it had as many as were wanted."""

GENERATION = "generation"
"""The name under which a case's origin names its generation."""


class Funnel(BaseModel):
    """What became of what was made: made = dropped + kept."""

    model_config = ConfigDict(extra="forbid")

    wanted: int = 0
    """How many were to be kept."""
    questions: int = 0
    """How often a model was asked for new cases."""
    cached: int = 0
    """How many of those answers, and of those to label checks, the project file had already."""
    failed: dict[str, int] = Field(default_factory=dict)
    """Questions that got no answer, by the reason."""
    unreadable: dict[str, int] = Field(default_factory=dict)
    """Replies that could not be read, wholly or in part, by the reason."""
    made: int = 0
    """Candidates that came out of the generators."""
    dropped: dict[str, dict[str, int]] = Field(default_factory=dict)
    """By the filter that dropped them, and by its reason without the figures."""
    kept: int = 0
    unsure: int = 0
    """Those of the kept whose expected result no check of labels could confirm."""
    cost_usd: float = 0.0
    ended: str = ""
    """Why it ended, in words."""

    @property
    def lost(self) -> int:
        """How many candidates were dropped."""
        return sum(sum(reasons.values()) for reasons in self.dropped.values())

    def count(self, into: dict[str, int], reason: str, by: int = 1) -> None:
        """Count `reason` in one of its tables."""
        into[reason] = into.get(reason, 0) + by

    def drop(self, name: str, reason: str) -> None:
        """Count one that a filter dropped."""
        self.count(self.dropped.setdefault(name, {}), reason)


class Generation(BaseModel):
    """One generation as the project file has it."""

    model_config = ConfigDict(frozen=True)

    id: str
    started: str
    """When it began: ISO 8601, UTC."""
    ended: str | None
    status: GenerationStatus
    who: str
    plan: str
    """What is equal for the same generation again."""
    config: Mapping[str, Any]
    """What was asked for: seeds, generators, filters, model, random seed."""
    funnel: Funnel


def fingerprint(case: Case) -> str:
    """What is equal as long as nobody changed a generated case: twelve letters over its content, place, tags, status.

    Its split is no part of it: that follows the seed.
    """
    body = [case.content_id, case.scenario_id, list(case.tags), case.status]
    return content_id("generated", body)[:12]


def untouched(case: Case) -> bool:
    """Whether a generated case is as it was made."""
    return case.origin.detail.get("as_made") == fingerprint(case)
