"""The imports of a project, as a document and as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.traffic import TrafficLog
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
    calls: int = 0
    """Of a log: how many calls of production were kept."""


class ImportList(BaseModel):
    """Imports, the newest first."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.imports/1"] = Field(default="synterm.imports/1", alias="schema")
    imports: list[ImportRow]


def import_list(entries: Iterable[ImportEntry], logs: Iterable[TrafficLog] = ()) -> ImportList:
    """The document, of imports of cases and of logs."""
    rows = [*(ImportRow(**asdict(entry)) for entry in entries), *map(_log_row, logs)]
    return ImportList(imports=sorted(rows, key=lambda row: row.id, reverse=True))


def import_rows(listing: ImportList) -> Iterator[tuple[str, ...]]:
    """A row of cells for each."""
    for one in listing.imports:
        changed = f"{one.changed:,} changed since" if one.changed else ""
        holds = plural(one.calls, "call") if one.calls else plural(one.cases, "case")
        yield one.id[-8:], one.created, one.file, one.format, one.kind, holds, changed


def _log_row(log: TrafficLog) -> ImportRow:
    return ImportRow(
        id=log.id,
        created=log.added,
        file=log.file,
        format=log.format,
        kind="production",
        cases=0,
        changed=0,
        calls=log.kept,
    )
