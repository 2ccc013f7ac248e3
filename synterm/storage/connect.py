"""Connections to a project file, set up the one safe way.

The SQLite comes from pysqlite3 (through sqlite-utils): Python's own is often one whose write-ahead log can lose
data with several connections. Never two SQLite copies on one file.
"""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from collections.abc import Generator
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

from synterm.errors import ProjectError
from synterm.storage.authority import judge
from synterm.storage.header import APPLICATION_ID, NAME_ONE, RESTORE
from synterm.storage.held import forget, hold, place_of, release
from synterm.storage.journal import log_is_safe

BUSY_SECONDS = 10
_RETRY_SECONDS = 0.01
_HURRY_MS = 100

DatabaseError = sqlite3.DatabaseError
FileError = sqlite3.OperationalError
"""What SQLite raises when the fault is not in what is written: a full disk, a lock, a read-only file."""

_PRAGMAS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = OFF",
    "PRAGMA secure_delete = ON",
    "PRAGMA synchronous = FULL",
    # In KiB. One look-up of 10 000 answers touches twice as much, and is hardly slower for it.
    "PRAGMA cache_size = -8000",
)


class _Connection(sqlite3.Connection):
    """A connection that is counted as long as it is open (see `held`)."""

    forgotten: weakref.finalize[[tuple[int, int]], _Connection] | None = None

    def close(self) -> None:
        super().close()
        if self.forgotten and (counted := self.forgotten.detach()):
            release(*counted[2])


def connect(path: Path, *, create: bool = False, read_only: bool = False) -> Database:
    """A connection for one thread, in autocommit. Raises ProjectError when `path` can't be opened as SQLite.

    With `create` it is a new file, for this process alone.
    """
    mode = _looking(path) if read_only else "rwc" if create else "rw"
    file = None if create else hold(path)
    try:
        connection = sqlite3.connect(
            _uri(path, mode), uri=True, timeout=BUSY_SECONDS, isolation_level=None, factory=_Connection
        )
    except sqlite3.DatabaseError as error:
        if file:
            release(file)
        raise project_error(error, path) from error
    if file:
        connection.forgotten = weakref.finalize(connection, forget, file)
    with closed_on_error(connection):
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
            connection.execute("PRAGMA schema_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise project_error(error, path) from error
        connection.set_authorizer(judge)
        if file and place_of(path).file != file:
            raise ProjectError("the file was replaced while it was opened", where=str(path), hint="open it again")
    return Database(connection, execute_plugins=False, recursive_triggers=False)


def attach(db: Database, path: Path, name: str) -> None:
    """Let a connection read another file too, under a name of its own; it can't write there. Raises SQLite's error."""
    db.conn.execute(f"ATTACH ? AS {name}", [_uri(path, _looking(path))])


def _uri(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?mode={mode}"


def _looking(path: Path) -> str:
    return "ro&immutable=1" if _lies_still(path) else "ro"


def may_write(place: Path) -> bool:
    """Whether this process may write to a file or a folder."""
    return os.access(place, os.W_OK)


def is_read_only(path: Path) -> bool:
    """Whether the project file at `path` can only be looked at: SQLite writes beside a file too."""
    place = path.resolve()
    return not (may_write(place) and may_write(place.parent))


def _lies_still(path: Path) -> bool:
    """Whether SQLite must not look for a log that it could not make: nothing waits in one, and the folder is shut."""
    place = path.resolve()
    beside = (place.with_name(place.name + ending) for ending in ("-wal", "-journal"))
    return not may_write(place.parent) and not any(file.exists() for file in beside)


def set_journal(db: Database, path: Path) -> None:
    """Have the file use a write-ahead log, so that reading and writing do not wait for each other.

    Where that is not safe (see `log_is_safe`) they do wait, with a journal that is emptied after each transaction.
    Raises SQLite's error when another program keeps the file locked for over `BUSY_SECONDS`.
    """
    mode = "WAL" if log_is_safe(path, sqlite3.sqlite_version_info) else "TRUNCATE"
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            db.conn.execute(f"PRAGMA journal_mode = {mode}")
        except sqlite3.OperationalError as error:
            # When two switch at the same moment, SQLite does not wait but gives up at once.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return


@contextlib.contextmanager
def closed_on_error(connection: sqlite3.Connection) -> Generator[None]:
    """Closes the connection when the block raises: one that is left open keeps its lock on the file."""
    try:
        yield
    except BaseException:
        connection.close()
        raise


@contextlib.contextmanager
def in_a_hurry(db: Database) -> Generator[None]:
    """Within the block another program's lock is hardly waited for: keys and drawing wait meanwhile."""
    db.conn.execute(f"PRAGMA busy_timeout = {_HURRY_MS}")
    try:
        yield
    finally:
        db.conn.execute(f"PRAGMA busy_timeout = {round(BUSY_SECONDS * 1000)}")


def version_of(db: Database, path: Path) -> int:
    """The version of the file. Raises ProjectError unless the database is a project file."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise ProjectError("a database, but not a synterm project", where=str(path), hint=NAME_ONE)
    return version


def check_identity(db: Database, path: Path, newest: int) -> None:
    """Raise ProjectError unless the database is a project file of a version that this synterm knows."""
    version = version_of(db, path)
    if version > newest:
        raise ProjectError(made_by_newer(version, newest), where=str(path), hint=UPGRADE)


def made_by_newer(version: int, newest: int) -> str:
    """What to say of a file of a version that this synterm does not know."""
    return f"made by a newer synterm (file version {version}, this one knows {newest})"


def check_current(version: int, path: Path, newest: int) -> None:
    """Raise ProjectError for a file of an older version, which has to be brought up to date before it is read."""
    if version < newest:
        raise ProjectError(
            f"made by an older synterm (file version {version}, this one has {newest}), and it is read-only",
            where=str(path),
            hint=f"{_COPY}: opening the copy brings it up to date",
        )


def project_error(error: Exception, path: Path) -> ProjectError:
    """A database error as one that a person can act on; what SQLite said is its cause."""
    text = str(error)
    words, hint = next((told for sign, told in _TOLD.items() if sign in text), ("SQLite says: {text}", None))
    if "readonly" in text:
        from synterm.storage.newer import is_newer

        words, hint = (_ONLY_LOOKED_AT, UPGRADE) if is_newer(path) else (words, hint)
    made = ProjectError(words.format(text=text), where=str(path), hint=hint)
    made.__cause__ = error
    return made


def damaged(kind: str, path: Path) -> ProjectError:
    """The error for something in the file that no synterm wrote so."""
    return ProjectError(f"{kind} in the file is damaged", where=str(path), hint=RESTORE)


UPGRADE = "pip install --upgrade synterm"
_ONLY_LOOKED_AT = "made by a newer synterm, so it can only be looked at"
_COPY = "copy it to a folder where you may write"
_TOLD: dict[str, tuple[str, str | None]] = {
    "not a database": ("not a project file (it is no SQLite database)", NAME_ONE),
    "locked": (
        "another program keeps the file locked",
        "close the other program, then try again",
    ),
    "unable to open": ("the file can't be opened", "check that the folder exists and that you may write there"),
    "readonly": ("the file or its folder is read-only", _COPY),
    "disk is full": ("the disk is full", "free some space, then try again; what was saved before is kept"),
    "disk I/O": ("the disk is failing", RESTORE),
    "no such": ("the file is damaged: {text}", RESTORE),
    "malformed": ("the file is damaged", RESTORE),
    "Could not decode": ("the file is damaged: a text in it is not UTF-8", RESTORE),
    "FOREIGN KEY": ("it belongs to something that the project does not have (any more)", "look again at what is there"),
    "closed database": ("the project is closed", None),
    "not authorized": ("another program put a trigger into the file, which nothing is written for", RESTORE),
}
"""What SQLite's messages mean to a person, by a part of them."""
