"""Project files of older versions, read without being changed."""

from __future__ import annotations

import contextlib
from pathlib import Path

from synterm.storage.connect import check_file, check_identity, connect
from synterm.storage.migrations import SCHEMA_VERSION


def is_older(path: Path) -> bool:
    """Whether the project file has to be brought up to date before it can be read.

    Raises ProjectError when it is no project file, or one of a newer version; SQLite's errors.
    """
    check_file(path)
    with contextlib.closing(connect(path, read_only=True)) as db:
        check_identity(db, path, SCHEMA_VERSION)
        return db.execute("PRAGMA user_version").fetchone()[0] < SCHEMA_VERSION


def copy_to(path: Path, copy: Path) -> None:
    """Copy a project file to a new file, with what still waits in its log. Raises SQLite's errors, and OSError."""
    copy.touch(mode=0o600)
    with contextlib.closing(connect(path, read_only=True)) as db, contextlib.closing(connect(copy)) as new:
        db.conn.backup(new.conn)
