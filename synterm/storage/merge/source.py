"""A file that is merged: what it must be before anything of it is read. It may come from a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from synterm.errors import ProjectError
from synterm.storage.connect import (
    DatabaseError,
    check_identity,
    closed_on_error,
    connect,
    damaged,
    project_error,
)
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.opening import check_project_file
from synterm.storage.schema_check import check_schema, rows_of

_LONGEST = 64_000_000
"""So many characters a setting or a configuration may have that is read as a whole."""
_GIT_COPY = ".merge_file_"
_GIT_SIDES = {0: "base", 1: "ours", 2: "theirs"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that may be merged."""

    number: int
    """0 for the base, else its place on the command line, from 1."""
    path: Path
    project_id: str

    @property
    def name(self) -> str:
        """What people call it. Git gives its merge drivers copies under names that say nothing, ours before theirs."""
        known = _GIT_SIDES.get(self.number) if self.path.name.startswith(_GIT_COPY) else None
        return known or str(self.path)


def inspect(number: int, path: Path) -> Source:
    """Look at a file without changing it. Raises ProjectError unless it is a whole project file of this version, and
    holds nothing that no synterm puts there."""
    check_project_file(path)
    db = connect(path, read_only=True)
    with closed_on_error(db.conn):
        try:
            check_identity(db, path, SCHEMA_VERSION)
            _check_version(db, path)
            check_schema(rows_of(db), path)
            _check_whole(db, path)
            row = db.conn.execute("SELECT value FROM meta WHERE key = 'id'").fetchone()
        except DatabaseError as error:
            raise project_error(error, path) from error
    db.conn.close()
    if row is None:
        raise damaged("the id", path)
    return Source(number, path, row[0])


def columns_of(db: Database, table: str, schema: str = "main") -> tuple[str, ...]:
    """The columns of a table, in their order."""
    return tuple(row[1] for row in db.conn.execute(f"PRAGMA {schema}.table_info({table})"))


def _check_version(db: Database, path: Path) -> None:
    (version,) = db.conn.execute("PRAGMA user_version").fetchone()
    if version < SCHEMA_VERSION:
        raise ProjectError(
            f"made by an older synterm (file version {version}, this one has {SCHEMA_VERSION})",
            where=str(path),
            hint=f"bring it up to date first, which opening it does: synterm ls {path} runs",
        )


def _check_whole(db: Database, path: Path) -> None:
    """Raise ProjectError for a file that is damaged, or whose settings are too long to be any."""
    (found,) = db.conn.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise damaged("a part", path) from DatabaseError(found)
    long = (_LONGEST,) * 3
    lengths = "SELECT 1 FROM meta WHERE length(value) > ? UNION ALL SELECT 1 FROM runs WHERE length(config) > ? "
    if db.conn.execute(lengths + "OR length(totals) > ? LIMIT 1", long).fetchone():
        raise damaged("a setting", path)
