"""What a project file says, whatever the rows are called that say it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

_WHOLE = ("meta", "nodes", "contents", "prompt_bodies", "prompts", "prompt_versions", "models", "documents", "recipes")


def logical(path: Path) -> dict[str, list[Any]]:
    """What each table says, sorted; rows that others name stand in their place. Nothing that only this file knows."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found: dict[str, list[Any]] = {table: _rows(db, f"SELECT * FROM {table}") for table in (*_WHOLE, "baselines")}
        found["cases"] = [row[1:] for row in _rows(db, "SELECT * FROM cases")]
        found["grades"] = _rows(db, "SELECT key, body FROM grades")
        answers = {row[0]: row[1:] for row in _rows(db, "SELECT * FROM responses")}
        found["responses"] = [*answers.values()]
        found["spending"] = [(day, round(spent, 6), held) for day, spent, held in _rows(db, "SELECT * FROM spending")]
        found["runs"] = [(*row[:6], _config(row[6]), row[7]) for row in _rows(db, "SELECT * FROM runs")]
        columns = {row[0]: row[1:] for row in _rows(db, "SELECT * FROM run_columns")}
        found["run_columns"] = [*columns.values()]
        grades = dict(_rows(db, "SELECT pk, body FROM grades"))
        found["evaluations"] = [
            (
                columns[row[0]],
                *row[1:6],
                None if row[6] is None else answers[row[6]],
                *row[7:10],
                [grades[pk] for pk in json.loads(row[10])],
                *row[11:],
            )
            for row in _rows(db, "SELECT * FROM evaluations")
        ]
        found["reviews"] = [
            (*row[:3], None if row[3] is None else answers[row[3]][5], *row[4:])
            for row in _rows(db, "SELECT * FROM reviews")
        ]
        return {table: sorted(rows, key=repr) for table, rows in found.items()}
    finally:
        db.close()


def digest(path: Path) -> str:
    """Equal for files that say the same."""
    return hashlib.sha256(repr(logical(path)).encode()).hexdigest()


def _rows(db: Any, sql: str) -> list[tuple[Any, ...]]:
    return db.execute(sql).fetchall()


def _config(text: str) -> str:
    """A run's configuration without the row after which it began."""
    return json.dumps({name: value for name, value in json.loads(text).items() if name != "since"}, sort_keys=True)
