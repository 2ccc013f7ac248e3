"""Project files that are only read, and never changed: another branch's, another person's."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from tempfile import TemporaryDirectory

from synterm.errors import ProjectError
from synterm.storage.connect import APPLICATION_ID, DatabaseError, check_file, connect, project_error
from synterm.storage.migrations import SCHEMA_VERSION
from synterm.storage.project import Project


@contextlib.contextmanager
def read_only(path: Path) -> Generator[Project]:
    """The project in a file, to be read. Of one that an older synterm made, a copy is brought up to date and read.

    Raises ProjectError when it is none, or can't be read.
    """
    check_file(path)
    if not _is_older(path):
        with Project.look(path) as project:
            yield project
        return
    with TemporaryDirectory(prefix="synterm-") as folder:
        copy = Path(folder) / "copy.db"
        _copy(path, copy)
        with _brought_up_to_date(copy, path) as project:
            yield project


def _is_older(path: Path) -> bool:
    try:
        with contextlib.closing(connect(path, read_only=True)) as db:
            (application,) = db.execute("PRAGMA application_id").fetchone()
            (version,) = db.execute("PRAGMA user_version").fetchone()
    except DatabaseError as error:
        raise project_error(error, path) from error
    return application == APPLICATION_ID and version < SCHEMA_VERSION


def _copy(path: Path, copy: Path) -> None:
    """Page by page, with what still stands in a log beside the file."""
    try:
        with (
            contextlib.closing(connect(path, read_only=True)) as source,
            contextlib.closing(connect(copy, create=True)) as target,
        ):
            source.conn.backup(target.conn)
    except DatabaseError as error:
        raise project_error(error, path) from error


def _brought_up_to_date(copy: Path, path: Path) -> Project:
    try:
        return Project.open(copy)
    except ProjectError as error:
        raise ProjectError(error.message, where=str(path), hint=error.hint) from error
