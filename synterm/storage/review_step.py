"""The fourth step of the schema: human verdicts on answers."""

from __future__ import annotations

from sqlite_utils import Database

_REVIEWS = """
CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    content_id BLOB NOT NULL,
    output_id BLOB NOT NULL,
    response_pk INTEGER,
    passed INTEGER NOT NULL CHECK (passed IN (0, 1)),
    note TEXT NOT NULL,
    who TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    UNIQUE (content_id, output_id, who)
) STRICT
"""


def review_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_REVIEWS)
