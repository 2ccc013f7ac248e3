"""The imports of a project, as a document and as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.storage.imports import ImportEntry
from synterm.text import plural


class ImportRow(BaseModel):
    """One import, as far as its cases are there."""

    id: str
    created: str
    file: str
    format: str
    kind: str
    cases: int
    changed: int
    """How many of the cases were changed since: they stay when it is undone."""


class ImportList(BaseModel):
    """Imports, the newest first."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.imports/1"] = Field(default="synterm.imports/1", alias="schema")
    imports: list[ImportRow]


def import_list(entries: Iterable[ImportEntry]) -> ImportList:
    """The document."""
    return ImportList(imports=[ImportRow(**asdict(entry)) for entry in entries])


def import_rows(listing: ImportList) -> Iterator[tuple[str, ...]]:
    """A row of cells for each."""
    for one in listing.imports:
        changed = f"{one.changed:,} changed since" if one.changed else ""
        yield one.id[-8:], one.created, one.file, one.format, one.kind, plural(one.cases, "case"), changed
