"""The first rows of a file, which say what it is; read in a thread, and never more than a few megabytes of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from synterm.errors import InputError, UsageError
from synterm.formats.case_import import Imported, Wanted, preview_cases, prompting_of
from synterm.formats.import_file import FileOptions, opened_source
from synterm.formats.import_mapping import Columns, Prompting, choose_columns
from synterm.formats.import_places import Places
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow, rows_of
from synterm.storage.project import Project

MOST_ROWS = 200
_MOST_CHARACTERS = 4_000_000
_LINES = frozenset(("csv", "jsonl", "text", "log", "synterm"))
"""The kinds whose rows are lines: how many there are can be told from the size."""


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a file before it is imported."""

    path: str
    options: FileOptions
    source: Source
    file: SourceFile
    rows: Sequence[SourceRow | InputError]
    """The first."""
    whole: bool
    """Whether these are all."""
    names: Sequence[str]
    """Its columns."""
    variables: Sequence[str]
    """What the prompts take."""
    guess: Columns
    """Which column is likely what."""
    named: bool
    """Whether inputs have their names from the file."""
    tells_path: bool
    """Whether rows say their scenario."""
    into: str
    """Where its cases could go."""
    about: int | None
    """How many rows it may have; None where that can't be told."""


def read_head(project: Project, path: str, options: FileOptions) -> Head:
    """Read the first rows. Raises InputError, UsageError, ProjectError."""
    with opened_source(path, options) as (source, file):
        try:
            rows, whole = _first(rows_of(source, file))
        except OSError as error:
            raise InputError(error.strerror or str(error), where=file.title) from error
    if not rows:
        raise InputError(f"read as {source.name}, there are no rows in it", where=file.title)
    sample = [row for row in rows if isinstance(row, SourceRow)]
    prompting = prompting_of(project)
    guess = _guess(sample, prompting, source)
    return Head(
        path=path,
        options=replace(options, format=source.name),
        source=source,
        file=file,
        rows=rows,
        whole=whole,
        names=list(dict.fromkeys(name for row in sample for name in row.fields)),
        variables=prompting.variables or ("message",),
        guess=guess,
        named=guess.as_named,
        tells_path=any(row.path for row in sample),
        into=Places(project).likely(file.title),
        about=_about(source, file, len(rows), whole),
    )


def preview(project: Project, head: Head, wanted: Wanted) -> Imported:
    """What the first rows would become. Raises UsageError, InputError, ProjectError."""
    return preview_cases(project, head.source, head.file, head.rows, wanted)


def _first(rows: Rows) -> tuple[list[SourceRow | InputError], bool]:
    found: list[SourceRow | InputError] = []
    size = 0
    for row in rows:
        if len(found) == MOST_ROWS or size > _MOST_CHARACTERS:
            return found, False
        found.append(row)
        size += sum(_size(value) for value in row.fields.values()) if isinstance(row, SourceRow) else 0
    return found, True


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(repr(value))


def _guess(sample: Sequence[SourceRow], prompting: Prompting, source: Source) -> Columns:
    """The columns by their names; where no name tells the input, the first one is taken, to be looked at."""
    tells = source.tells_expected
    try:
        return choose_columns(sample, Columns(), prompting, tells_expected=tells)[0]
    except UsageError:
        names = list(dict.fromkeys(name for row in sample for name in row.fields))
        if not names:
            return Columns()
        variable = prompting.only or next(iter(prompting.variables), "message")
        return choose_columns(sample, Columns({variable: names[0]}), prompting, tells_expected=tells)[0]


def _about(source: Source, file: SourceFile, rows: int, whole: bool) -> int | None:
    if whole:
        return rows
    lines = file.peek.head.count(b"\n")
    if source.name not in _LINES or not lines or not file.path.is_file():
        return None
    return max(round(file.path.stat().st_size * lines / len(file.peek.head)), rows)
