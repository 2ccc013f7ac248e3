"""A project file as it is made: empty, and its owner's only."""

from __future__ import annotations

import os
from pathlib import Path

from sqlite_utils import Database

from synterm.core.ids import new_id
from synterm.errors import ProjectError
from synterm.storage.clock import now
from synterm.storage.migrations import migrate
from synterm.text import storable


def make_private(path: Path) -> None:
    """The empty file, readable by its owner only. Raises ProjectError."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path), hint="check the folder") from error


def fill(db: Database, name: str) -> None:
    """Its tables, and what stands about the project itself."""
    db.conn.execute("PRAGMA auto_vacuum = NONE")
    migrate(db)
    with db.atomic():
        for key, value in (("id", new_id()), ("name", storable(name)), ("created", now())):
            db.execute("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))
