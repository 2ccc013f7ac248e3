"""The ninth step of the schema: generations, each of which made cases."""

from __future__ import annotations

from sqlite_utils import Database

_GENERATIONS = """
CREATE TABLE generations (
    id TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'incomplete', 'interrupted', 'undone')),
    who TEXT NOT NULL,
    plan TEXT NOT NULL,
    config TEXT NOT NULL,
    funnel TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT
"""
# The cases of a generation name it in their origin: `detail.generation`.


def generations_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_GENERATIONS)
