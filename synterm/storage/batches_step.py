"""The eighth step of the schema: requests that were handed to a provider's batch API."""

from __future__ import annotations

from sqlite_utils import Database

_BATCHES = """
CREATE TABLE batches (
    id TEXT PRIMARY KEY,
    spec TEXT NOT NULL,
    remote_id TEXT,
    input_file TEXT,
    state TEXT NOT NULL,
    requests INTEGER NOT NULL,
    done INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    day TEXT NOT NULL,
    reserved_usd REAL NOT NULL,
    owner TEXT NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE TABLE batch_requests (
    batch_id TEXT NOT NULL REFERENCES batches(id) ON DELETE CASCADE,
    key BLOB NOT NULL,
    body_id TEXT NOT NULL,
    content_id TEXT NOT NULL,
    recipe_id BLOB,
    shortcut BLOB,
    worst_usd REAL NOT NULL,
    PRIMARY KEY (batch_id, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX batch_requests_by_key ON batch_requests (key);
ALTER TABLE responses ADD COLUMN batch_id TEXT
"""
# A request stands here as long as its answer is waited for, so none can be handed in twice.


def batches_step(db: Database) -> None:
    """Make the new tables."""
    for statement in _BATCHES.split(";"):
        db.conn.execute(statement)
