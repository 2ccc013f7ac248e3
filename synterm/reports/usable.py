"""Which models can be used, as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.model import ModelSpec
from synterm.providers.availability import Availability, Listed, State, usable


class UsableRow(BaseModel):
    """A model of the project, or a family of models, and whether it can be used."""

    name: str
    title: str
    state: State
    """``fetch``: after its weights are fetched, which the first use does."""
    reason: str
    hint: str | None


class UsableList(BaseModel):
    """Models and whether they can be used here and now."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.usable/1"] = Field(default="synterm.usable/1", alias="schema")
    project: list[UsableRow]
    """The models that the project names; empty without a project."""
    families: list[UsableRow]
    """What there is to use, whatever the project names."""


def usable_list(models: Sequence[ModelSpec], families: Iterable[Listed], approved: Sequence[str]) -> UsableList:
    """The state of the models and families; `approved` are the endpoints that the user approved."""
    return UsableList(
        project=[_row(spec.name, spec.model, usable(spec, approved)) for spec in models],
        families=[_row(family.name, family.title, family.availability) for family in families],
    )


def _row(name: str, title: str, found: Availability) -> UsableRow:
    return UsableRow(name=name, title=title, state=found.state, reason=found.reason, hint=found.hint)
