"""The fifth step of the schema: documents that prompts take context from."""

from __future__ import annotations

from sqlite_utils import Database

_DOCUMENTS = """
CREATE TABLE documents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    content_id BLOB NOT NULL,
    characters INTEGER NOT NULL,
    updated TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT
"""
# The text stands last: lists are read without following it onto its pages.


def documents_step(db: Database) -> None:
    """Make the new table."""
    db.conn.execute(_DOCUMENTS)
