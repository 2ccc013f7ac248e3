"""One thread writes. What waits is written together: one transaction, one sync to disk."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from synterm.errors import ProjectError
from synterm.storage.connect import DatabaseError, connect, project_error, set_journal

T = TypeVar("T")
Work = Callable[[Database], T]

_MOST = 1000
"""The most pieces of work in one transaction, so that none waits long for its commit."""


class Writer:
    """Runs pieces of work on the only writing connection. A result is given when it is on disk."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        """The project file."""
        self.taken_back = 0
        """How often something was written and taken back again. For work to look at, on the writer's thread."""
        self._read_only = read_only
        self._pending = 0
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="synterm-writer", daemon=True)
        self._open = True
        self._lock = threading.Lock()
        self._thread.start()

    def submit(self, work: Work[T]) -> Future[T]:
        """Have `work` done on the writing connection, in a transaction shared with what else waits.

        Work that raises changes nothing, and its future raises the same, or ProjectError where SQLite raised: so does
        all work that writes when the file is read-only. Raises ProjectError after `close`.
        """
        future: Future[T] = Future()
        with self._lock:
            if not self._open:
                raise ProjectError("the project is closed", where=str(self.path))
            self._pending += 1
            self._queue.put((work, future))
        return future

    @property
    def pending(self) -> int:
        """How many pieces of work are not on disk yet, or not refused."""
        return self._pending

    def close(self) -> None:
        """Write what waits, then fold the log into the one file."""
        with self._lock:
            if self._open:
                self._open = False
                self._queue.put(None)
        self._thread.join()

    def _serve(self) -> None:
        try:
            db = self._connect()
        except ProjectError as error:
            self._refuse_all(error)
            return
        while batch := self._next_batch():
            self._write(db, batch)
            self._settle(len(batch))
        _fold(db)

    def _settle(self, count: int) -> None:
        with self._lock:
            self._pending -= count

    def _connect(self) -> Database:
        db = connect(self.path, read_only=self._read_only)
        try:
            if not self._read_only:
                set_journal(db, self.path)
        except DatabaseError as error:
            db.conn.close()
            raise project_error(error, self.path) from error
        return db

    def _next_batch(self) -> list[tuple[Work[Any], Future[Any]]]:
        first = self._queue.get()
        batch = [first] if first is not None else []
        while batch and len(batch) < _MOST:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)
                break
            batch.append(item)
        return batch

    def _write(self, db: Database, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        live = [(work, future) for work, future in batch if future.set_running_or_notify_cancel()]
        try:
            db.conn.execute("BEGIN" if self._read_only else "BEGIN IMMEDIATE")
            for work, future in live:
                self._attempt(db, work, future, done)
            db.conn.execute("COMMIT")
        except DatabaseError as error:
            _roll_back(db)
            self.taken_back += 1
            for _, future in live:
                if not future.done():
                    future.set_exception(project_error(error, self.path))
            return
        for future, result in done:
            future.set_result(result)

    def _refuse_all(self, error: ProjectError) -> None:
        while (item := self._queue.get()) is not None:
            if item[1].set_running_or_notify_cancel():
                item[1].set_exception(error)
            self._settle(1)

    def _attempt(self, db: Database, work: Work[Any], future: Future[Any], done: list[tuple[Future[Any], Any]]) -> None:
        db.conn.execute("SAVEPOINT work")
        try:
            result = work(db)
        except Exception as error:
            if not db.conn.in_transaction:
                # SQLite gave up the whole transaction, so nothing of the batch is kept.
                raise error if isinstance(error, DatabaseError) else DatabaseError(str(error)) from error
            db.conn.execute("ROLLBACK TO work")
            self.taken_back += 1
            future.set_exception(project_error(error, self.path) if isinstance(error, DatabaseError) else error)
        else:
            done.append((future, result))
        finally:
            if db.conn.in_transaction:
                db.conn.execute("RELEASE work")


def _roll_back(db: Database) -> None:
    # Should even this fail, the next BEGIN says so to whoever waits for it; the thread must live to tell them.
    with contextlib.suppress(DatabaseError):
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")


def _fold(db: Database) -> None:
    try:
        db.conn.execute("PRAGMA busy_timeout = 0")
        db.conn.execute("PRAGMA journal_mode = DELETE")
    except DatabaseError:
        # Someone else has the file open: the log stays beside it, and the last one to close folds it. Whatever else
        # keeps the log from being folded (a full disk), all that was committed is in it, and is found at the next open.
        with contextlib.suppress(DatabaseError):
            db.conn.execute("PRAGMA wal_checkpoint(PASSIVE)")
    finally:
        db.conn.close()
