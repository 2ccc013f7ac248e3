"""Project files as earlier versions made them."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from synterm.storage import connect
from synterm.storage.migrations import migrations


def older_file(path: Path, version: int) -> Database:
    """An open project file that has taken so many steps."""
    db = connect.connect(path, create=True)
    names = [step.name for step in migrations.pending(db)]
    migrations.apply(db, stop_before=names[version:])
    db.conn.execute("INSERT INTO meta (key, value) VALUES ('id', 'x'), ('name', 'older')")
    db.conn.execute(f"PRAGMA application_id = {connect.APPLICATION_ID}")
    db.conn.execute(f"PRAGMA user_version = {version}")
    return db
