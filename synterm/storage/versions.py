"""Project files of other states than those that are in use here, read without anything being changed."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from synterm.storage.connect import check_file, check_identity, connect
from synterm.storage.migrations import SCHEMA_VERSION

_HEADER = 20
_MODES = slice(18, 20)
_LOG = b"\x02\x02"
"""The versions of reading and writing of a database with a write-ahead log (sqlite.org/fileformat.html, 1.3.3)."""


def is_older(path: Path) -> bool:
    """Whether the project file has to be brought up to date before it can be read.

    Raises ProjectError when it is no project file, or one of a newer version; SQLite's errors.
    """
    check_file(path)
    with contextlib.closing(connect(path, read_only=True)) as db:
        check_identity(db, path, SCHEMA_VERSION)
        return db.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION


def is_without_log(path: Path) -> bool:
    """Whether the file was copied while it was open, without its log: SQLite would put a new log beside it to read it.

    So are files that were committed to git while a workbench had them open.
    """
    if any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal")):
        # It may be open in this process too, whose locks on it would be gone if it was opened and closed here.
        return False
    with path.open("rb") as file:
        return file.read(_HEADER)[_MODES] == _LOG


def copy_alone(path: Path, copy: Path) -> None:
    """Copy a file that `is_without_log`, as it is. Raises OSError."""
    copy.touch(mode=0o600)
    shutil.copyfile(path, copy)


def copy_to(path: Path, copy: Path) -> None:
    """Copy a project file to a new file, with what still waits in its log. Raises SQLite's errors, and OSError."""
    copy.touch(mode=0o600)
    with contextlib.closing(connect(path, read_only=True)) as db, contextlib.closing(connect(copy)) as new:
        db.conn.backup(new.conn)
