"""The eleventh step of the schema: models that were trained, and trainings that run."""

from __future__ import annotations

from sqlite_utils import Database

_TUNINGS = """
CREATE TABLE tunings (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT
"""
"""One text for all that is known, since two files that go on from the same one are merged by whoever was last: parts
of both would tell of a tuning that never was."""


def tunings_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_TUNINGS)
