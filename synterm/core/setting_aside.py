"""What was set aside for training, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, serialize_by_alias=True, validate_by_name=True)


class BehaviorAside(_Frozen):
    """What was set aside of a behavior."""

    path: str
    lineages: int
    """Of those that were asked for, in dev and in train."""
    before: int
    """Of these, in train before."""
    moved: int
    cases: int
    """In the lineages that were moved, drafts too."""
    left: int
    """Lineages that stay in dev."""


class SetAside(_Frozen):
    """What was moved from dev to train."""

    schema_version: Literal["synterm.set-aside/1"] = Field(default="synterm.set-aside/1", alias="schema")
    share: float
    """Of the lineages in dev and train, so many were to be in train."""
    lineages: int
    before: int
    """Lineages that were in train already."""
    moved: int
    case_ids: tuple[str, ...]
    """The cases that were moved, of any status."""
    accepted: int
    """How many of these are accepted."""
    like_holdout: int
    """Lineages that stay in dev since they are near-duplicates of cases of holdout."""
    like_elsewhere: int
    """Lineages that stay in dev since they are near-duplicates of cases there that were not asked for."""
    behaviors: tuple[BehaviorAside, ...]
    baselines: dict[str, int]
    """How many of the moved cases each pinned baseline has verdicts on, by its name."""
