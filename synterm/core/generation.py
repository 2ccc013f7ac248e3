"""A generation: cases that were made together, and what became of all that was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, OriginKind
from synterm.core.ids import content_id

GenerationStatus = Literal["running", "complete", "incomplete", "interrupted", "undone"]
"""``incomplete``: it ended before it had as many as were wanted."""

GENERATION = "generation"
"""The name under which a case's origin names its generation."""
AS_MADE = "as_made"
"""The name under which a case's origin has its fingerprint."""
_READ: tuple[OriginKind, ...] = ("import", "production")


class Funnel(BaseModel):
    """What became of what was made: made = dropped + kept."""

    model_config = ConfigDict(extra="forbid")

    wanted: int = 0
    """How many were to be kept."""
    questions: int = 0
    """How often a model was asked for new cases."""
    cached: int = 0
    """How many of those answers, and of those to checks of what is expected, the project file had already."""
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
    """Those of the kept whose expected result no check could confirm."""
    doubts: dict[str, int] = Field(default_factory=dict)
    """Of how many of them the app itself said nothing for it, by the reason."""
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
    """What is equal as long as nobody changed a case that was generated or imported: see `fingerprint_of`."""
    return fingerprint_of(case.origin.kind, case.content_id, case.scenario_id, case.tags, case.status, case.split)


def fingerprint_of(kind: str, name: str, scenario_id: str, tags: Sequence[str], status: str, split: str) -> str:
    """Twelve letters over the name of a content, its place, tags and status, and the split where it was imported.

    The split of a generated case is no part of it: that follows the seed.
    """
    body = [name, scenario_id, list(tags), status, *([split] if kind in _READ else [])]
    return content_id("generated", body)[:12]


def mark(case: Case) -> Case:
    """The same case, just made: its origin has now what tells later on whether somebody changed it."""
    case.origin.detail[AS_MADE] = fingerprint(case)
    return case


def untouched(case: Case) -> bool:
    """Whether a case that was generated or imported is as it was made."""
    return case.origin.detail.get(AS_MADE) == fingerprint(case)


def untouched_row(origin: str, name: str, scenario_id: str, tags: str, status: str, split: str) -> bool:
    """The same of a row of the project file; what can't be read in it was made by nobody."""
    try:
        told: dict[str, Any] = orjson.loads(origin)
        made: str | None = told["detail"].get(AS_MADE)
        return made == fingerprint_of(told["kind"], name, scenario_id, orjson.loads(tags), status, split)
    except (ValueError, TypeError, LookupError, AttributeError):
        return False
