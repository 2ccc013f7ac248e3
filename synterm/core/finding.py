"""A finding: what looking into failures brought to light, kept with the project."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from synterm.core.ids import content_id

FindingKind = Literal["triage", "cluster", "shrink", "boundary", "attack"]
KINDS: tuple[FindingKind, ...] = get_args(FindingKind)

RULES = "rules"
"""Who says something where no model and no person does."""
MODEL = "model "
"""What stands before the name of a model that says something, so that it is no person's."""
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. The same kind of thing found about the same subject again takes its place."""

    kind: FindingKind
    subject: tuple[str, ...]
    """What it is about, as ids: a case's content and an answer, a cluster, a case and a dimension."""
    body: dict[str, Any]
    """What was found, as JSON: one of the models of `synterm.core.distill`."""
    who: str = ""
    """The login name of whoever found or confirmed it."""
    run_id: str = ""
    """The run it was found in; empty where there was none, or it is gone."""
    updated: str = field(default="", compare=False)
    """When it was found last: ISO 8601, UTC; set by the store."""

    @property
    def by_person(self) -> bool:
        """Whether it is what a person said: a type that was confirmed, a name that was given to a cluster. What rules
        or models propose does not take its place."""
        if self.kind == "triage":
            return self.body.get("confirmed") is True
        named_by = self.body.get("by") if self.kind == "cluster" else None
        return isinstance(named_by, str) and not (named_by == RULES or named_by.startswith(MODEL))

    @property
    def id(self) -> str:
        """The same for the same kind and subject, in hex."""
        return content_id("finding", [self.kind, *self.subject])

    def read(self, model: type[M]) -> M | None:
        """What was found; None where another version of synterm, or somebody else, wrote it otherwise."""
        try:
            return model.model_validate(self.body)
        except ValidationError:
            return None
