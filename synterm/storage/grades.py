"""What checks found, each distinct result once in the file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import Future
from functools import cache
from typing import Any

from sqlite_utils import Database

from synterm.core.evaluation import CheckResult
from synterm.storage.base import Store, dump, text_or_none
from synterm.text import storable


class GradeStore(Store):
    """Verdicts of checks that cost something, by what decides them (`Check.grader_key`): nothing is judged twice."""

    def lookup(self, key: bytes) -> CheckResult | None:
        """The verdict, if there is one."""
        row = self._row("SELECT body FROM grades WHERE key = ?", [key])
        if row is None:
            return None
        with self._reading("a verdict"):
            return read_grade(row[0])

    def add(self, key: bytes, found: CheckResult) -> Future[Any]:
        """Keep a verdict."""
        row = (key, grade_text(found))
        sql = "INSERT OR IGNORE INTO grades (key, body) VALUES (?, ?)"
        return self._writer.submit(lambda db: db.conn.execute(sql, row).rowcount)


def grade_text(found: CheckResult) -> str:
    """A check's result as JSON."""
    return dump(_body(found))


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


def _body(found: CheckResult) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": found.type,
        "passed": found.passed,
        "score": found.score,
        "reason": storable(found.reason),
        "error": text_or_none(found.error),
        "label": text_or_none(found.label),
        "expected_label": text_or_none(found.expected_label),
    }
    # Left out where there is nothing, so that most results read as they always did, and share their rows.
    if found.metric is not None:
        body["metric"] = storable(found.metric)
    if found.judge is not None:
        body["judge"] = storable(found.judge)
    if found.agreed is not None:
        body["agreed"] = found.agreed
    if found.parts:
        body["parts"] = [_body(part) for part in found.parts]
    return body


@cache
def _reader():
    from pydantic import TypeAdapter

    return TypeAdapter(CheckResult)
