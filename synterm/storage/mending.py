"""Repairs of a project file that lose nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlite_utils import Database

from synterm.storage.base import dump
from synterm.storage.condition import Unfinished
from synterm.storage.connect import DatabaseError, connect, project_error
from synterm.storage.pruning import UNUSED
from synterm.storage.replacing import refuse_open

_LEFT = """
UPDATE spending SET reserved_usd = (
    SELECT total(batch_requests.worst_usd) FROM batch_requests JOIN batches ON batches.id = batch_id
    WHERE batches.day = spending.day AND batches.reserved_usd > 0
)
"""


def end_unfinished(path: Path, unfinished: Sequence[Unfinished]) -> int:
    """Note that runs and generations were interrupted: whoever began them is gone. Gives how many there were.

    Raises ProjectError, with nothing changed.
    """

    def work(db: Database) -> int:
        changed = 0
        for table in ("runs", "generations"):
            names = dump([one.id for one in unfinished if one.table == table])
            chosen = "status = 'running' AND id IN (SELECT value FROM json_each(?))"
            changed += db.conn.execute(f"UPDATE {table} SET status = 'interrupted' WHERE {chosen}", [names]).rowcount
        return changed

    return _changed(path, work)


def release_reserved(path: Path) -> int:
    """Give back what is set aside for requests that nobody sends any more; what waits in batches stays set aside.

    Raises ProjectError while anybody has the file open, for then it may be theirs.
    """
    return _changed(path, lambda db: db.conn.execute(_LEFT).rowcount, alone=True)


def remove_unused(path: Path) -> int:
    """Remove contents and prompts that nothing has any more; gives how many.

    Raises ProjectError while anybody has the file open: a workbench could bring a removed case back.
    """
    return _changed(path, lambda db: sum(db.conn.execute(f"DELETE {sql}").rowcount for sql in UNUSED), alone=True)


def _changed(path: Path, work: Callable[[Database], int], *, alone: bool = False) -> int:
    if alone:
        refuse_open(path)
    db = connect(path)
    try:
        with contextlib.closing(db.conn):
            db.conn.execute("BEGIN IMMEDIATE")
            try:
                count = work(db)
                db.conn.execute("COMMIT")
            except BaseException:
                db.rollback()
                raise
    except DatabaseError as error:
        raise project_error(error, path) from error
    return count
