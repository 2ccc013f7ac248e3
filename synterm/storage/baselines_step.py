"""The seventh step of the schema: runs that are pinned under a name, and gates over the whole project."""

from __future__ import annotations

from sqlite_utils import Database

_BASELINES = """
CREATE TABLE baselines (
    name TEXT NOT NULL,
    scenario_id TEXT NOT NULL,
    run_id TEXT NOT NULL REFERENCES runs(id),
    who TEXT NOT NULL,
    updated TEXT NOT NULL,
    PRIMARY KEY (name, scenario_id)
) STRICT
"""
# An empty scenario stands for all that have no run of their own under that name. A run that is pinned can't be removed.


def baselines_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_BASELINES)
