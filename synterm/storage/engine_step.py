"""The second step of the schema: recipes, spending, and evaluations that are cheap to write.

A column of the grid says once what its evaluations share; what checks found stands once for all that found the same.
"""

from __future__ import annotations

from typing import Any

import orjson
from sqlite_utils import Database

from synterm.storage.base import chunks, dump, marks
from synterm.storage.grades import grade_pk

_ENGINE = """
CREATE TABLE recipes (id BLOB PRIMARY KEY, body TEXT NOT NULL) STRICT;
ALTER TABLE responses ADD COLUMN recipe_id BLOB;
ALTER TABLE responses ADD COLUMN shortcut BLOB;
ALTER TABLE responses ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
CREATE INDEX responses_by_shortcut ON responses (shortcut) WHERE shortcut IS NOT NULL;
CREATE INDEX responses_by_recipe ON responses (recipe_id) WHERE recipe_id IS NOT NULL;
CREATE TABLE run_columns (
    pk INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    prompt TEXT NOT NULL,
    version TEXT NOT NULL,
    body_id TEXT NOT NULL,
    model_name TEXT NOT NULL,
    UNIQUE (run_id, body_id, model_name)
) STRICT;
CREATE TABLE grades (pk INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, body TEXT NOT NULL) STRICT;
ALTER TABLE evaluations RENAME TO first_evaluations;
CREATE TABLE evaluations (
    column_pk INTEGER NOT NULL REFERENCES run_columns(pk) ON DELETE CASCADE,
    case_id TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    scenario_id TEXT NOT NULL,
    root_id TEXT,
    content_id BLOB NOT NULL,
    response_pk INTEGER,
    passed INTEGER,
    score REAL,
    label TEXT,
    grades TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error TEXT,
    hint TEXT,
    cached INTEGER NOT NULL,
    PRIMARY KEY (column_pk, case_id, repeat)
) STRICT, WITHOUT ROWID;
CREATE TABLE spending (day TEXT PRIMARY KEY, spent_usd REAL NOT NULL, reserved_usd REAL NOT NULL) STRICT
"""

_COLUMNS = """
INSERT INTO run_columns (run_id, prompt, version, body_id, model_name)
SELECT run_id, '', '', body_id, model_name FROM first_evaluations
GROUP BY run_id, body_id, model_name ORDER BY min(pk)
"""

_NAMES = """
SELECT coalesce(named.value ->> 'prompt', ''), coalesce(named.value ->> 'version', ''),
    runs.id, named.value ->> 'body', named.value ->> 'model'
FROM runs, json_each(CASE WHEN json_valid(config) THEN config ELSE '{}' END, '$.variants') AS named
WHERE named.type = 'object'
"""
"""What each column is called, as the configuration of its run says."""

_ROWS = """
SELECT run_columns.pk, case_id, repeat, coalesce(scenario_id, ''), nullif(root_id, case_id), old.content_id,
    response_pk, passed, score, label, checks, outcome, error, NULL, cached
FROM first_evaluations AS old JOIN run_columns USING (run_id, body_id, model_name)
LEFT JOIN cases ON cases.id = old.case_id ORDER BY 1, 2, 3
"""


def engine_step(db: Database) -> None:
    """Make the new tables and move the evaluations over. Raises ValueError for rows that synterm never wrote."""
    for statement in _ENGINE.split(";"):
        db.conn.execute(statement)
    db.conn.execute(_COLUMNS)
    db.conn.executemany(
        "UPDATE run_columns SET prompt = ?, version = ? WHERE run_id = ? AND body_id = ? AND model_name = ?",
        db.conn.execute(_NAMES).fetchall(),
    )
    known: dict[str, int] = {}
    for rows in chunks(db.conn.execute(_ROWS), 1000):
        moved = [_moved(db, row, known) for row in rows]
        db.conn.executemany(f"INSERT INTO evaluations VALUES ({marks(15)})", moved)
    db.conn.execute("DROP TABLE first_evaluations")


def _moved(db: Database, row: tuple[Any, ...], known: dict[str, int]) -> tuple[Any, ...]:
    pks: list[int] = []
    for found in orjson.loads(row[10]):
        text = dump(found)
        if text not in known:
            known[text] = grade_pk(db, text)
        pks.append(known[text])
    return (*row[:5], bytes.fromhex(row[5]), *row[6:10], dump(pks), *row[11:])
