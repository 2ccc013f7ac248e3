"""The database in which files are laid side by side. It is thrown away when the merged file is made."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Generator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from synterm.core.ids import new_id
from synterm.storage.connect import DatabaseError, attach, connect, project_error
from synterm.storage.merge.source import Source, columns_of
from synterm.storage.merge.tables import EDITED, NAMED
from synterm.storage.migrations import migrate

BULK = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA secure_delete = OFF",
    "PRAGMA temp_store = FILE",
    # In KiB: what is looked up again and again stays in memory, and no more.
    "PRAGMA cache_size = -65536",
)
"""For a file that is thrown away when its making fails."""
_PREFIX = ".synterm-merge."
_ENDINGS = ("", "-wal", "-shm", "-journal")
_STALE_S = 24 * 3600
"""Nobody merges for so long."""
OUTER = "source"
"""The name under which a file is attached."""

_INDEXES = (
    "CREATE INDEX responses_by_key ON responses (key)",
    "CREATE INDEX columns_by_run ON run_columns (run_id)",
    "CREATE TABLE gone (of TEXT, key TEXT, file INTEGER)",
    "CREATE INDEX gone_by_key ON gone (of, key)",
    "CREATE TABLE spent (day TEXT, file INTEGER, spent_usd REAL, reserved_usd REAL, known_usd REAL, waiting_usd REAL)",
    "CREATE TABLE combined (shard_id TEXT PRIMARY KEY, run_id TEXT)",
    "CREATE TABLE since (run_id TEXT PRIMARY KEY, created TEXT)",
    "CREATE TABLE new_columns (pk INTEGER PRIMARY KEY, new INTEGER)",
)


class Scratch:
    """The database, and what the columns of a project's tables are called."""

    def __init__(self, db: Database, path: Path) -> None:
        self.db = db
        self.path = path
        self.columns = _columns()
        for statement in self._tables():
            db.conn.execute(statement)

    @property
    def answer_columns(self) -> list[str]:
        """What an answer says: its columns but the row's number, the one that is looked up first."""
        return [name for name in self.columns["responses"] if name != "pk"]

    def run(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> int:
        """Run a statement; gives how many rows it concerned."""
        return self.db.conn.execute(sql, values).rowcount

    def rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        return self.db.conn.execute(sql, values).fetchall()

    def one(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> Any:
        """The first value of the first row."""
        return self.db.conn.execute(sql, values).fetchone()[0]

    @contextlib.contextmanager
    def attached(self, source: Source) -> Generator[None]:
        """Within the block the file can be read as `OUTER`, as it was at its beginning. Raises ProjectError."""
        try:
            attach(self.db, source.path, OUTER)
            self.run("BEGIN")
            try:
                yield
                self.run("COMMIT")
            finally:
                if self.db.conn.in_transaction:
                    self.run("COMMIT")
                self.run(f"DETACH {OUTER}")
        except DatabaseError as error:
            raise project_error(error, source.path) from error

    def _tables(self) -> list[str]:
        made: list[str] = []
        for table in ("responses", "runs", "run_columns"):
            names = [f"{name} INTEGER PRIMARY KEY" if name == "pk" else name for name in self.columns[table]]
            made.append(f"CREATE TABLE {table} ({', '.join(names)}{', PRIMARY KEY (id)' if table == 'runs' else ''})")
        made.append(f"CREATE TABLE batches ({', '.join(self.columns['batches'])}, PRIMARY KEY (id))")
        key = "PRIMARY KEY (batch_id, key)"
        made.append(f"CREATE TABLE batch_requests ({', '.join(self.columns['batch_requests'])}, {key}) WITHOUT ROWID")
        key = "PRIMARY KEY (column_pk, case_id, repeat)"
        made.append(f"CREATE TABLE evaluations ({', '.join(self.columns['evaluations'])}, {key}) WITHOUT ROWID")
        for named in NAMED:
            pk = "pk INTEGER PRIMARY KEY, " if "pk" in self.columns[named.table] else ""
            made.append(f"CREATE TABLE {named.table} ({pk}{named.key} UNIQUE, {', '.join(named.says)})")
        for one in EDITED:
            names = [name for name in self.columns[one.table] if name != one.number]
            made.append(f"CREATE TABLE {one.table} (file INTEGER, {', '.join(names)})")
            made.append(f"CREATE INDEX {one.table}_by_key ON {one.table} ({', '.join(one.key)})")
        return [*made, *_INDEXES]


@contextlib.contextmanager
def scratch(folder: Path) -> Generator[Scratch]:
    """A scratch database in a folder; it is gone after the block. Raises ProjectError when the folder has no room."""
    sweep(folder, _PREFIX)
    path = folder / f"{_PREFIX}{new_id()}"
    try:
        db = connect(path, create=True)
        try:
            path.chmod(0o600)
            for pragma in BULK:
                db.conn.execute(pragma)
            yield Scratch(db, path)
        except DatabaseError as error:
            raise project_error(error, path) from error
        finally:
            db.conn.close()
    finally:
        for ending in _ENDINGS:
            path.with_name(path.name + ending).unlink(missing_ok=True)


def sweep(folder: Path, prefix: str) -> None:
    """Remove what merges that were killed left in a folder: files of this prefix and a ULID, a day old or more."""
    name = re.compile(f"{re.escape(prefix)}[0-9A-HJKMNP-TV-Z]{{26}}({'|'.join(_ENDINGS)})")
    long_ago = time.time() - _STALE_S
    # Where the folder can't be read or a file is somebody else's, it stays: the merge itself says what it can't do.
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            if name.fullmatch(file.name) and not file.is_symlink():
                with contextlib.suppress(OSError):
                    if file.is_file() and file.stat().st_mtime < long_ago:
                        file.unlink()


@cache
def _columns() -> dict[str, tuple[str, ...]]:
    """The columns of all tables of a project file."""
    db = Database(memory=True, execute_plugins=False)
    try:
        migrate(db)
        tables = [name for (name,) in db.conn.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        return {table: columns_of(db, table) for table in tables}
    finally:
        db.conn.close()
