"""The schema of the project file, as named steps. A step, once released, never changes.

Immutable things (contents of cases, prompt bodies, responses) are named by content hash; mutable ones by a ULID.
Responses are only ever added; the cache serves the last good one of a key. Their hash stands beside an integer key,
which fills several times faster than a hash as clustered key.
"""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from synterm.storage.baselines_step import baselines_step
from synterm.storage.batches_step import batches_step
from synterm.storage.connect import APPLICATION_ID
from synterm.storage.documents_step import documents_step
from synterm.storage.engine_step import engine_step
from synterm.storage.feedback_step import feedback_step
from synterm.storage.findings_step import findings_step
from synterm.storage.generations_step import generations_step
from synterm.storage.review_step import review_step
from synterm.storage.traffic_step import traffic_step
from synterm.storage.tunings_step import tunings_step
from synterm.storage.workbench_step import workbench_step

SCHEMA_VERSION = 12
"""Raised with each step; kept in the file's header."""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE nodes (
    id TEXT PRIMARY KEY,
    parent_id TEXT REFERENCES nodes(id) ON DELETE CASCADE,
    level TEXT NOT NULL CHECK (level IN ('feature', 'behavior', 'scenario')),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    position INTEGER NOT NULL,
    checks TEXT NOT NULL,
    gates TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX nodes_by_name ON nodes (coalesce(parent_id, ''), name);
CREATE TABLE contents (id TEXT PRIMARY KEY, input TEXT NOT NULL, expected TEXT NOT NULL) STRICT;
CREATE TABLE cases (
    pk INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    scenario_id TEXT NOT NULL REFERENCES nodes(id) ON DELETE CASCADE,
    content_id TEXT NOT NULL REFERENCES contents(id),
    tags TEXT NOT NULL,
    split TEXT NOT NULL CHECK (split IN ('dev', 'holdout', 'train')),
    status TEXT NOT NULL CHECK (status IN ('accepted', 'draft', 'rejected')),
    origin TEXT NOT NULL,
    root_id TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE INDEX cases_by_scenario ON cases (scenario_id, split, status);
CREATE INDEX cases_by_split ON cases (split, status);
CREATE TABLE prompt_bodies (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE prompts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    draft TEXT NOT NULL,
    draft_examples TEXT,
    updated TEXT NOT NULL
) STRICT;
CREATE TABLE prompt_versions (
    prompt_id TEXT NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body_id TEXT NOT NULL REFERENCES prompt_bodies(id),
    note TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (prompt_id, number),
    UNIQUE (prompt_id, body_id)
) STRICT;
CREATE TABLE models (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    spec TEXT NOT NULL,
    updated TEXT NOT NULL
) STRICT;
CREATE TABLE responses (
    pk INTEGER PRIMARY KEY,
    key BLOB NOT NULL,
    body_id TEXT NOT NULL,
    content_id TEXT NOT NULL,
    model TEXT NOT NULL,
    outcome TEXT NOT NULL,
    text TEXT NOT NULL,
    finish_reason TEXT,
    prompt_tokens INTEGER,
    completion_tokens INTEGER,
    cost_usd REAL,
    latency_ms REAL,
    first_token_ms REAL,
    error TEXT,
    raw BLOB NOT NULL,
    created TEXT NOT NULL
) STRICT;
CREATE INDEX responses_by_key ON responses (key);
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'complete', 'incomplete', 'interrupted')),
    who TEXT NOT NULL,
    git_commit TEXT,
    config TEXT NOT NULL,
    totals TEXT NOT NULL
) STRICT;
CREATE TABLE evaluations (
    pk INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
    case_id TEXT NOT NULL,
    content_id TEXT NOT NULL,
    body_id TEXT NOT NULL,
    model_name TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    response_pk INTEGER REFERENCES responses(pk),
    passed INTEGER,
    score REAL,
    label TEXT,
    checks TEXT NOT NULL,
    outcome TEXT NOT NULL,
    error TEXT,
    cached INTEGER NOT NULL,
    UNIQUE (run_id, case_id, body_id, model_name, repeat)
) STRICT;
"""

migrations = Migrations("synterm")


@migrations(name="0001_first")
def first(db: Database) -> None:
    """The tables of the first release."""
    for statement in _FIRST.split(";"):
        if statement.strip():
            db.execute(statement)


@migrations(name="0002_engine")
def second(db: Database) -> None:
    """Recipes, spending, and evaluations by columns."""
    engine_step(db)


@migrations(name="0003_workbench")
def third(db: Database) -> None:
    """Parameters that are half typed, and pinned versions."""
    workbench_step(db)


@migrations(name="0004_reviews")
def fourth(db: Database) -> None:
    """What people said about answers."""
    review_step(db)


@migrations(name="0005_feedback")
def fifth(db: Database) -> None:
    """What users of the app said about answers."""
    feedback_step(db)


@migrations(name="0006_documents")
def sixth(db: Database) -> None:
    """Documents that prompts take context from."""
    documents_step(db)


@migrations(name="0007_baselines")
def seventh(db: Database) -> None:
    """Runs that are pinned under a name."""
    baselines_step(db)


@migrations(name="0008_batches")
def eighth(db: Database) -> None:
    """Batches at providers."""
    batches_step(db)


@migrations(name="0009_generations")
def ninth(db: Database) -> None:
    """Generations, each of which made cases."""
    generations_step(db)


@migrations(name="0010_findings")
def tenth(db: Database) -> None:
    """What looking into failures brought to light."""
    findings_step(db)


@migrations(name="0011_tunings")
def eleventh(db: Database) -> None:
    """Models that were trained, and trainings that run."""
    tunings_step(db)


@migrations(name="0012_traffic")
def twelfth(db: Database) -> None:
    """What the app was asked in production, and what it answered."""
    traffic_step(db)


def migrate(db: Database) -> None:
    """Bring the file to this synterm's schema, all at once or not at all.

    Raises what `engine_step` raises, and SQLite's errors.
    """
    if not migrations.pending(db):
        return
    # Another process may be about to do the same: whoever comes second finds it done.
    db.conn.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(db)
        db.conn.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.conn.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.conn.execute("COMMIT")
    except BaseException:
        db.rollback()
        raise
