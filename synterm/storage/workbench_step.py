"""The third step of the schema: what the prompt pane keeps beside a prompt's text."""

from __future__ import annotations

from sqlite_utils import Database

_WORKBENCH = """
ALTER TABLE prompts ADD COLUMN draft_params TEXT;
ALTER TABLE prompt_versions ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1))
"""


def workbench_step(db: Database) -> None:
    """Make room for half-typed parameters and for pins."""
    for statement in _WORKBENCH.split(";"):
        db.conn.execute(statement)
