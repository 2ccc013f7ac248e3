"""What differs between two projects, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

DIFF_SCHEMA = "synterm.diff/1"

Sign = Literal["added", "removed", "changed"]
Kind = Literal["project", "feature", "behavior", "scenario", "prompt", "model", "document", "baseline"]


class FieldChange(BaseModel):
    """A value before and after; None where there was none."""

    before: Any
    after: Any


class TextLine(BaseModel):
    """A line of how two texts differ."""

    sign: Literal[" ", "+", "-", "…"]
    text: str
    changed: list[tuple[int, int]] = []
    """The stretches, as positions, that the other side does not have."""


class TextChange(BaseModel):
    """How a text differs: a message of a prompt, a document."""

    title: str
    lines: list[TextLine]


class ThingChange(BaseModel):
    """A part of a project that only one side has, or that differs."""

    sign: Sign
    kind: Kind
    name: str
    """The path of what stands in the tree. Of what was renamed, the later one."""
    fields: dict[str, FieldChange] = {}
    texts: list[TextChange] = []
    notes: list[str] = []
    """What else is to be said: versions that were kept …"""


class CaseChange(BaseModel):
    """A case that only one side has, or that differs."""

    sign: Sign
    id: str
    path: str
    """Its scenario's path."""
    input: dict[str, Any]
    """As the later side that has it says."""
    expected: Any
    fields: dict[str, FieldChange] = {}


class Counts(BaseModel):
    """How many of something differ."""

    before: int
    after: int
    added: int
    removed: int
    changed: int = 0

    @property
    def same(self) -> bool:
        """Whether none does."""
        return not (self.added or self.removed or self.changed)


class ProjectSide(BaseModel):
    """One of two projects."""

    file: str
    id: str
    name: str


class ProjectDiff(BaseModel):
    """The later project against the earlier one."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.diff/1"] = Field(default=DIFF_SCHEMA, alias="schema")
    before: ProjectSide
    after: ProjectSide
    same: bool
    things: list[ThingChange]
    cases: list[CaseChange]
    """The first of them, in the order of the tree; `counts` has how many there are."""
    counts: dict[str, Counts]
    """Of ``cases``, ``reviews``, ``runs`` and ``answers``; of results only where both sides have them."""
