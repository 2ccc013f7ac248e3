"""The fifth step of the schema: what users of the app said, beside what reviewers say and never mixed up with it."""

from __future__ import annotations

from sqlite_utils import Database

_FEEDBACK = """
ALTER TABLE reviews RENAME TO first_reviews;
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
    source TEXT NOT NULL CHECK (source IN ('review', 'feedback')),
    rating REAL,
    answer TEXT,
    UNIQUE (content_id, output_id, source, who)
) STRICT;
INSERT INTO reviews SELECT *, 'review', NULL, NULL FROM first_reviews;
DROP TABLE first_reviews
"""


def feedback_step(db: Database) -> None:
    """Say of each verdict where it comes from, and make room for ratings and for answers that no run gave."""
    for statement in _FEEDBACK.split(";"):
        db.conn.execute(statement)
