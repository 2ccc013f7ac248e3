"""The twelfth step of the schema: traffic, and the logs that it came with."""

from __future__ import annotations

from sqlite_utils import Database

_TRAFFIC = """
CREATE TABLE traffic_logs (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE TABLE traffic (
    pk INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    log_id TEXT NOT NULL,
    served TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT NOT NULL,
    expected TEXT,
    outcome TEXT NOT NULL,
    model TEXT NOT NULL,
    finish_reason TEXT,
    latency_ms REAL,
    cost_usd REAL,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    error TEXT,
    weight REAL NOT NULL,
    masked TEXT,
    detail TEXT,
    placing TEXT NOT NULL CHECK (placing IN ('unplaced', 'placed', 'uncovered')),
    scenario_id TEXT,
    confidence REAL,
    nearest TEXT,
    likeness REAL,
    state TEXT NOT NULL CHECK (state IN ('new', 'promoted', 'dismissed')),
    updated TEXT NOT NULL
) STRICT;
CREATE INDEX traffic_by_place ON traffic (placing, scenario_id, served, state, weight, confidence);
CREATE INDEX traffic_by_time ON traffic (served);
CREATE INDEX traffic_by_log ON traffic (log_id)
"""


def traffic_step(db: Database) -> None:
    """Make the new tables."""
    for statement in _TRAFFIC.split(";"):
        db.conn.execute(statement)
