"""Project files of other states than those that are in use here, read without anything being changed."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from synterm.storage.connect import connect, version_of
from synterm.storage.header import parse
from synterm.storage.held import see
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.opening import check_project_file


def is_older(path: Path) -> bool:
    """Whether the project file has to be brought up to date before it can be read.

    Raises ProjectError as `check_project_file` does; SQLite's errors.
    """
    check_project_file(path)
    with contextlib.closing(connect(path, read_only=True)) as db:
        return version_of(db, path) < SCHEMA_VERSION


def is_without_log(path: Path) -> bool:
    """Whether the file was copied while it was open, without its log: SQLite would put a new log beside it to read it.

    So are files that were committed to git while a workbench had them open.
    """
    if any(path.with_name(path.name + ending).exists() for ending in ("-wal", "-journal")):
        return False
    return parse(see(path).head).has_log


def copy_alone(path: Path, copy: Path) -> None:
    """Copy a file that `is_without_log`, as it is. Raises OSError."""
    copy.touch(mode=0o600)
    shutil.copyfile(path, copy)


def copy_to(path: Path, copy: Path) -> None:
    """Copy a project file to a new file, with what still waits in its log. Raises SQLite's errors, and OSError."""
    copy.touch(mode=0o600)
    with contextlib.closing(connect(path, read_only=True)) as db, contextlib.closing(connect(copy)) as new:
        db.conn.backup(new.conn)
