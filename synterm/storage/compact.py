"""Giving the room that was freed in a project file back to the disk."""

from __future__ import annotations

from pathlib import Path

from synterm.storage.connect import DatabaseError, closed_on_error, connect, project_error


def compact(path: Path) -> int:
    """Write the project file anew without its free pages; gives how many bytes smaller it is.

    Nobody may be writing into it meanwhile, and the disk needs room for a copy. Raises ProjectError when it can't be
    done; the file is as it was then.
    """
    before = path.stat().st_size
    db = connect(path)
    with closed_on_error(db.conn):
        try:
            db.conn.execute("VACUUM")
            db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except DatabaseError as error:
            raise project_error(error, path) from error
    db.conn.close()
    return before - path.stat().st_size
