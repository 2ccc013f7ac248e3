"""Connections to a project file, set up the one safe way.

The SQLite comes from pysqlite3 (through sqlite-utils): Python's own is often one whose write-ahead log can lose
data with several connections. Never two SQLite copies on one file.
"""

from __future__ import annotations

import stat
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.errors import ProjectError

APPLICATION_ID = 0x53594E54
"""``SYNT``, in the file's header: tells a project file from other databases."""
BUSY_SECONDS = 10

DatabaseError = sqlite3.DatabaseError

_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
)


def connect(path: Path, *, create: bool = False, read_only: bool = False) -> Database:
    """A connection for one thread, in autocommit. Raises ProjectError when `path` can't be opened as SQLite."""
    mode = "ro" if read_only else "rwc" if create else "rw"
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=BUSY_SECONDS, isolation_level=None
        )
        for pragma in _PRAGMAS:
            connection.execute(pragma)
        connection.execute("PRAGMA schema_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise ProjectError(_words(error), where=str(path), hint=_hint(error)) from error
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def check_file(path: Path) -> None:
    """Raise ProjectError unless `path` is an ordinary file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError as error:
        raise ProjectError("there is no such project file", where=str(path), hint=f"synterm new {path}") from error
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path)) from error
    if not stat.S_ISREG(mode):
        raise ProjectError("not a file", where=str(path), hint="name a project file, NAME.db")


def check_identity(db: Database, path: Path, newest: int) -> None:
    """Raise ProjectError unless the database is a project file of a version that this synterm knows."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ProjectError("a database, but not a synterm project", where=str(path))
    if version > newest:
        raise ProjectError(
            f"made by a newer synterm (file version {version}, this one knows {newest})",
            where=str(path),
            hint="pip install --upgrade synterm",
        )


def project_error(error: Exception, path: Path) -> ProjectError:
    """A database error as one that a person can act on."""
    return ProjectError(_words(error), where=str(path), hint=_hint(error))


def _words(error: Exception) -> str:
    text = str(error)
    if "not a database" in text:
        return "not a project file (it is no SQLite database)"
    if "locked" in text:
        return f"another program keeps the file locked for over {BUSY_SECONDS} s"
    if "readonly" in text:
        return "the file or its folder is read-only"
    if "disk is full" in text or "disk I/O" in text:
        return "the disk is full or failing"
    if "malformed" in text:
        return "the file is damaged"
    return f"the project file can't be used: {text}"


def _hint(error: Exception) -> str | None:
    text = str(error)
    if "locked" in text:
        return "close the other program, then try again"
    if "unable to open" in text:
        return "check that the folder exists and that you may write there"
    if "malformed" in text:
        return "restore a copy; everything up to the last good one is in it"
    return None
