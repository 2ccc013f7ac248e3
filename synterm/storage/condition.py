"""What state a project file is in: read from it, and nothing changed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import orjson
from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.errors import ProjectError
from synterm.storage.connect import UPGRADE, DatabaseError, connect, made_by_newer, project_error, version_of
from synterm.storage.merge.tables import NAMED
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.opening import check_project_file
from synterm.storage.pruning import UNUSED
from synterm.storage.schema_check import check_schema, rows_of

_MOST_PROBLEMS = 5
_STEPS = 100_000
"""After so many steps of SQLite's machine Python may see to a signal: a big file takes its time."""
_LOST = {
    "evaluations of answers": "SELECT count(*) FROM evaluations WHERE response_pk IS NOT NULL "
    "AND response_pk NOT IN (SELECT pk FROM responses)",
    "verdicts on answers": "SELECT count(*) FROM reviews WHERE response_pk IS NOT NULL "
    "AND response_pk NOT IN (SELECT pk FROM responses)",
    "evaluations of contents": "SELECT count(*) FROM evaluations "
    "WHERE lower(hex(content_id)) NOT IN (SELECT id FROM contents)",
    "calls of logs": "SELECT count(*) FROM traffic WHERE log_id NOT IN (SELECT id FROM traffic_logs) "
    "AND state <> 'promoted'",
}
"""What names something that the file does not have, and no foreign key forbids it: by words that `… that are not
there` can follow."""
_TEXTS = {
    "nodes": ("checks", "gates"),
    "contents": ("input", "expected"),
    "cases": ("tags", "origin"),
    "prompt_bodies": ("body",),
    "models": ("spec",),
    "runs": ("config", "totals"),
    "evaluations": ("grades",),
    "grades": ("body",),
    "recipes": ("body",),
    "generations": ("config", "funnel"),
    "findings": ("body",),
    "tunings": ("body",),
    "traffic": ("input",),
    "traffic_logs": ("body",),
    "batches": ("spec", "owner"),
}
"""Columns that hold JSON."""


class Header(NamedTuple):
    """What is known of a file without reading its rows."""

    version: int
    journal: str
    size: int
    """Bytes of the pages."""
    free: int
    """Bytes of those that hold nothing."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Something that was begun and came to no end."""

    table: str
    """runs or generations."""
    id: str
    started: str
    process: dict[str, Any]
    """Who began it: ``host`` and ``pid``, as far as it is known."""


class Condition:
    """A connection to a project file that can only read, and what it tells. Raises ProjectError when the file fails."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db = db
        self._path = path

    @classmethod
    @contextlib.contextmanager
    def of(cls, path: Path) -> Generator[Condition]:
        """The file at `path`. Raises ProjectError when it can't be opened, or is none."""
        check_project_file(path)
        try:
            db = connect(path, read_only=True)
            with contextlib.closing(db.conn):
                version_of(db, path)
                db.conn.set_progress_handler(lambda: 0, _STEPS)
                yield cls(db, path)
        except DatabaseError as error:
            raise project_error(error, path) from error

    def copy_into(self, copy: Path) -> None:
        """Write all of it, as it is at this moment, into a new, empty file, without room that was freed.

        Raises ProjectError for a file of a newer version.
        """
        if (version := self.header().version) > SCHEMA_VERSION:
            raise ProjectError(made_by_newer(version, SCHEMA_VERSION), where=str(self._path), hint=UPGRADE)
        self._rows("VACUUM INTO ?", [str(copy)])

    def header(self) -> Header:
        """What its header says."""
        version, journal, page, count, free = (
            self._one(f"PRAGMA {name}")
            for name in ("user_version", "journal_mode", "page_size", "page_count", "freelist_count")
        )
        return Header(version, journal, page * count, page * free)

    def check_schema(self) -> None:
        """Raise ProjectError unless it is made of what synterm makes: nothing else may be read before that is sure."""
        check_schema(rows_of(self._db), self._path)

    def problems(self) -> list[str]:
        """What SQLite finds wrong with its pages, rows and indexes; reads all of the file."""
        found = [str(row[0]) for row in self._rows(f"PRAGMA integrity_check({_MOST_PROBLEMS})")]
        return [] if found == ["ok"] else found

    def dangling(self) -> dict[str, int]:
        """By table, how many rows refer to a row that is not there."""
        found: dict[str, int] = {}
        for row in self._rows("PRAGMA foreign_key_check"):
            found[str(row[0])] = found.get(str(row[0]), 0) + 1
        return found

    def lost(self) -> dict[str, int]:
        """What names something that is not there, where no foreign key tells; in words, counted."""
        return {words: count for words, sql in _LOST.items() if (count := self._one(sql))}

    def unreadable(self) -> dict[str, int]:
        """By ``table.column``, how many texts that are to be JSON are none."""
        found: dict[str, int] = {}
        for table, columns in _TEXTS.items():
            said = ", ".join(f"total(NOT json_valid({column}))" for column in columns)
            counts = self._rows(f"SELECT {said} FROM {table}")[0]
            found |= {f"{table}.{name}": int(count) for name, count in zip(columns, counts, strict=True) if count}
        return found

    def misnamed(self) -> dict[str, int]:
        """By table, how many rows are not what their name, which is a hash of it, says."""
        found: dict[str, int] = {}
        for named in NAMED:
            if (name_of := named.name_of) is None:
                continue
            sql = f"SELECT {named.key}, {', '.join(named.says)} FROM {named.table}"
            wrong = sum(not _is_named(name_of, key, says) for key, *says in self._each(sql))
            if wrong:
                found[named.table] = wrong
        return found

    def unused(self) -> int:
        """How many contents and prompts nothing in the file has any more: what was deleted has left them."""
        return sum(self._one(f"SELECT count(*) {sql}") for sql in UNUSED)

    def unfinished(self) -> list[Unfinished]:
        """Runs and generations that are said to be under way."""
        found: list[Unfinished] = []
        for table in ("runs", "generations"):
            sql = (
                "SELECT id, started, CASE WHEN json_valid(config) THEN config ELSE '{}' END "
                f"FROM {table} WHERE status = 'running' ORDER BY id"
            )
            for name, started, config in self._rows(sql):
                process = orjson.loads(config)
                known = cast("dict[str, Any]", process) if isinstance(process, dict) else {}
                found.append(Unfinished(table, name, started, known))
        return found

    def reserved(self) -> float:
        """What is set aside for requests under way, in US dollars, but for what waits in batches."""
        sql = (
            "SELECT total(reserved_usd) - (SELECT total(worst_usd) FROM batch_requests JOIN batches ON id = batch_id "
            "WHERE reserved_usd > 0) FROM spending"
        )
        return max(0.0, round(self._one(sql), 6))

    def _one(self, sql: str) -> Any:
        return self._rows(sql)[0][0]

    def _rows(self, sql: str, values: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        return list(self._each(sql, values))

    def _each(self, sql: str, values: Sequence[str] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._db.conn.execute(sql, values)
        except DatabaseError as error:
            raise project_error(error, self._path) from error


def sqlite_version() -> tuple[tuple[int, int, int], str]:
    """The version of the SQLite that project files are kept with, and the module that it comes with."""
    major, minor, patch = sqlite3.sqlite_version_info
    return (major, minor, patch), sqlite3.__name__


def _is_named(name_of: Callable[..., Any], key: Any, says: list[Any]) -> bool:
    try:
        return name_of(*says) == key
    except (TypeError, ValueError):
        return False
