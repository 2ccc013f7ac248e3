"""The connection of an open project: of a file that was looked at, and that is brought up to date where it is older."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from sqlite_utils import Database

from synterm.storage.connect import (
    DatabaseError,
    check_current,
    closed_on_error,
    connect,
    damaged,
    project_error,
    set_journal,
    version_of,
)
from synterm.storage.migrations import SCHEMA_VERSION, migrate
from synterm.storage.newer import say_newer
from synterm.storage.older import keep_older_file
from synterm.storage.schema_check import check_schema, rows_of


class ProjectDb(NamedTuple):
    """A connection, and what to know of it."""

    db: Database
    read_only: bool
    notice: str
    """What a person should know of the file; empty for nearly all."""


def open_db(path: Path, *, read_only: bool, keep_older: bool = False) -> ProjectDb:
    """Open a file that was looked at. One of a newer version is read only, whatever is asked for.

    `keep_older`: keep a copy of an older one before it is brought up to date. Raises ProjectError.
    """
    try:
        db = connect(path, read_only=read_only)
        with closed_on_error(db.conn):
            version = version_of(db, path)
            if version > SCHEMA_VERSION and not read_only:  # it stands in the log, not yet in the header
                db.conn.close()
                return open_db(path, read_only=True)
            if read_only:
                check_current(version, path, SCHEMA_VERSION)
            check_schema(rows_of(db), path)
            kept = keep_older_file(path, version) if keep_older and version < SCHEMA_VERSION else ""
            if not read_only:
                set_journal(db, path)
                _bring_up_to_date(db, path)
    except DatabaseError as error:
        raise project_error(error, path) from error
    return ProjectDb(db, read_only, say_newer(version, path) if version > SCHEMA_VERSION else kept)


def _bring_up_to_date(db: Database, path: Path) -> None:
    try:
        migrate(db)
    except (TypeError, ValueError) as error:
        raise damaged("a run", path) from error
