"""Putting a new file in the place of one that is there, so that nothing of the old one is played onto the new one."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path

from synterm.errors import ProjectError
from synterm.storage.connect import DatabaseError, connect, in_a_hurry, project_error
from synterm.storage.header import MAGIC
from synterm.storage.held import see

_BESIDE = ("-wal", "-shm", "-journal")


def replace_file(made: Path, out: Path) -> None:
    """Rename `made` to `out`, whatever is there. Raises ProjectError when another program has that open."""
    with _alone(out):
        made.replace(out)


def refuse_open(out: Path) -> None:
    """Raise ProjectError when another program has the file open. What a killed one left beside it is folded into it."""
    with _alone(out):
        pass


@contextlib.contextmanager
def _alone(out: Path) -> Generator[None]:
    """Within the block nobody else has the file open, and no log is beside it.

    SQLite finds a log by its name: one that outlived the rename would be played onto the new file. So the old file is
    opened, its log folded into it, and the lock held until it has lost its name.
    """
    if not _is_database(out):
        _refuse_logs(out)
        yield
        return
    db = connect(out)
    with contextlib.closing(db.conn):
        try:
            with in_a_hurry(db):
                # The first step leaves the write-ahead log, the second removes what the other kind of journal leaves.
                db.conn.execute("PRAGMA journal_mode = TRUNCATE").fetchone()
                db.conn.execute("PRAGMA journal_mode = DELETE").fetchone()
                db.conn.execute("BEGIN EXCLUSIVE")
        except DatabaseError as error:
            raise (_open_elsewhere(out) if "locked" in str(error) else project_error(error, out)) from error
        _refuse_logs(out)
        yield


def _is_database(path: Path) -> bool:
    """Whether SQLite may have the file open: an empty one is a database too."""
    if not path.exists():
        return False
    return see(path).head[: len(MAGIC)] in (MAGIC, b"")


def _refuse_logs(out: Path) -> None:
    if any(out.with_name(out.name + ending).exists() for ending in _BESIDE):
        raise _open_elsewhere(out)


def _open_elsewhere(out: Path) -> ProjectError:
    return ProjectError("it is open in another program", where=str(out), hint="close that, then try again")
