"""Opening a project file that was looked at: it is held to what synterm makes files of, then it may be written."""

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
    is_read_only,
    project_error,
    set_journal,
    version_of,
)
from synterm.storage.header import Header
from synterm.storage.migrations import SCHEMA_VERSION, migrate
from synterm.storage.newer import say_newer
from synterm.storage.older import keep_older_file
from synterm.storage.schema_check import check_schema, rows_of


class OpenFile(NamedTuple):
    """An open project file."""

    path: Path
    db: Database
    read_only: bool
    notice: str
    """What to know of it; empty for nearly all."""


def open_file(path: Path, header: Header, *, keep_older: bool) -> OpenFile:
    """The file to be written, or only looked at where that is all that can be done. Raises ProjectError."""
    if header.version > SCHEMA_VERSION or is_read_only(path):
        return look_at_file(path)
    try:
        db = connect(path)
        with closed_on_error(db.conn):
            version = version_of(db, path)
            if version > SCHEMA_VERSION:  # so it says in the log, not yet in the header
                db.conn.close()
                return look_at_file(path)
            check_schema(rows_of(db), path)
            notice = keep_older_file(path, version) if keep_older and version < SCHEMA_VERSION else ""
            set_journal(db, path)
            _bring_up_to_date(db, path)
    except DatabaseError as error:
        raise project_error(error, path) from error
    return OpenFile(path, db, False, notice)


def look_at_file(path: Path) -> OpenFile:
    """The file to be read only. Raises ProjectError."""
    try:
        db = connect(path, read_only=True)
        with closed_on_error(db.conn):
            version = version_of(db, path)
            check_current(version, path, SCHEMA_VERSION)
            check_schema(rows_of(db), path)
    except DatabaseError as error:
        raise project_error(error, path) from error
    return OpenFile(path, db, True, say_newer(version, path) if version > SCHEMA_VERSION else "")


def _bring_up_to_date(db: Database, path: Path) -> None:
    try:
        migrate(db)
    except (TypeError, ValueError) as error:
        raise damaged("a run", path) from error
