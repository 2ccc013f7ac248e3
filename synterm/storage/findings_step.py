"""The tenth step of the schema: what looking into failures brought to light."""

from __future__ import annotations

from sqlite_utils import Database

_FINDINGS = """
CREATE TABLE findings (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    who TEXT NOT NULL,
    run_id TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT
"""
_BY_KIND = "CREATE INDEX findings_by_kind ON findings (kind)"


def findings_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_FINDINGS)
    db.conn.execute(_BY_KIND)
