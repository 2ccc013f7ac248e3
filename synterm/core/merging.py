"""What came of merging files of one project, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

MERGE_SCHEMA = "synterm.merge/1"


class MergeCounts(BaseModel):
    """Of one kind of thing, what a file brought to those that were named before it."""

    added: int
    """What none of them had."""
    changed: int
    """What they have, and say otherwise."""
    known: int
    """What they have just so."""


class MergedFile(BaseModel):
    """A file that was merged."""

    file: str
    counts: dict[str, MergeCounts]
    """By kind: tree, cases, prompts, versions, models, documents, answers, runs, reviews, baselines."""


class ConflictSide(BaseModel):
    """What one file says."""

    file: str
    """The first of those that say so."""
    text: str
    changed: str | None
    """When it was changed there, as far as that is known: ISO 8601, UTC."""


class MergeConflict(BaseModel):
    """Something of which files say different things, and nobody can tell which counts."""

    kind: str
    """``case``, ``prompt``, ``scenario`` …"""
    name: str
    field: str
    """``removed`` where one side does not have it any more, and another changed it."""
    sides: list[ConflictSide]


class CombinedRun(BaseModel):
    """A run that was made of the runs of all shards."""

    run_id: str
    shards: int


class MissingShards(BaseModel):
    """A run of which shards are missing: those that are there stay runs of their own."""

    shards: int
    """How many it was divided into."""
    there: list[int]
    missing: list[int]
    incomplete: list[int]
    """Of the missing ones, those that ran and came to no end."""


class RenumberedVersion(BaseModel):
    """A prompt version that is called otherwise now: two people had given its number to different texts."""

    file: str
    prompt: str
    was: str
    """``v3``."""
    now: str


class MergeReport(BaseModel):
    """What came of a merge."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.merge/1"] = Field(default=MERGE_SCHEMA, alias="schema")
    project_id: str
    out: str | None
    """The file that was written; None where none was: at a conflict, or with ``--dry-run``."""
    base: str | None
    """What the files were before they were changed, where it was named."""
    exit_code: int
    files: list[MergedFile]
    conflicts: list[MergeConflict]
    """At most 200 of them."""
    conflict_count: int
    preferred: Literal["newest", "first"] | None = None
    """Which side the conflicts were settled by, where one was preferred."""
    combined: list[CombinedRun]
    missing_shards: list[MissingShards]
    renumbered: list[RenumberedVersion]
    taken_back: int = 0
    """How many cases are left out, since their generation was taken back in one of the files."""
