"""What others wrote into the project file while it was open here."""

from __future__ import annotations

from typing import NamedTuple

from sqlite_utils import Database

_PARTS = "SELECT (SELECT count(*) FROM {table}), (SELECT max({time}) FROM {table})"


class Marks(NamedTuple):
    """What tells whether parts of a project changed: how many there are, and when one was written last."""

    nodes: tuple[int, str | None]
    cases: tuple[int, str | None]
    prompts: tuple[int, str | None]
    models: tuple[int, str | None]
    documents: tuple[int, str | None]
    baselines: tuple[int, str | None]
    runs: tuple[int, str | None]


class Outside:
    """Runs on the writer's connection: SQLite tells it of what other connections wrote, not of its own writes."""

    def __init__(self) -> None:
        self._seen: int | None = None

    def look(self, db: Database) -> Marks | None:
        """The marks when someone else wrote since the last look; None when nobody did. The first look gives them."""
        (version,) = db.conn.execute("PRAGMA data_version").fetchone()
        if version == self._seen:
            return None
        self._seen = version
        return self.marks(db)

    def marks(self, db: Database) -> Marks:
        """The marks as they are."""
        tables = ("nodes", "cases", "prompts", "models", "documents", "baselines")
        parts = (db.conn.execute(_PARTS.format(table=table, time="updated")).fetchone() for table in tables)
        return Marks(*parts, runs=db.conn.execute(_PARTS.format(table="runs", time="ended")).fetchone())
