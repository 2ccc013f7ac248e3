"""What checks found, each distinct result once in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache

from sqlite_utils import Database

from synterm.core.evaluation import CheckResult
from synterm.storage.base import dump, text_or_none
from synterm.text import storable


def grade_text(found: CheckResult) -> str:
    """A check's result as JSON."""
    return dump(
        {
            "type": found.type,
            "passed": found.passed,
            "score": found.score,
            "reason": storable(found.reason),
            "error": text_or_none(found.error),
            "label": text_or_none(found.label),
            "expected_label": text_or_none(found.expected_label),
        }
    )


def read_grade(text: str) -> CheckResult:
    """A check's result from its JSON. Raises ValueError for what `grade_text` never wrote."""
    return _reader().validate_json(text)


def grade_pk(db: Database, text: str) -> int:
    """The row that holds this result, added where there is none."""
    key = hashlib.sha256(text.encode()).digest()
    db.conn.execute("INSERT OR IGNORE INTO grades (key, body) VALUES (?, ?)", (key, text))
    return db.conn.execute("SELECT pk FROM grades WHERE key = ?", (key,)).fetchone()[0]


def grade_list(db: Database, checks: Iterable[CheckResult], known: dict[CheckResult, int]) -> str:
    """The rows of these results as a JSON list; those that are new go into `known`."""
    pks: list[int] = []
    for found in checks:
        pk = known.get(found)
        if pk is None:
            pk = known[found] = grade_pk(db, grade_text(found))
        pks.append(pk)
    return dump(pks)


@cache
def _reader():
    from pydantic import TypeAdapter

    return TypeAdapter(CheckResult)
