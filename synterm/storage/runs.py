"""Runs and their evaluations in the project file."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlite_utils import Database

from synterm.core.evaluation import CheckResult, Evaluation
from synterm.core.ids import new_id
from synterm.storage.base import Store, dump, marks, text_or_none
from synterm.storage.clock import now
from synterm.text import storable

RunStatus = Literal["running", "complete", "incomplete", "interrupted"]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the history shows it."""

    id: str
    started: str
    ended: str | None
    status: RunStatus
    who: str
    git_commit: str | None
    config: dict[str, Any]
    totals: dict[str, Any]


class RunStore(Store):
    """Runs by id, the newest last."""

    def start(self, config: dict[str, Any], *, who: str, git_commit: str | None) -> Future[str]:
        """Record that a run begins; gives its id."""
        run_id = new_id()
        row = (run_id, now(), "running", who, git_commit, dump(config), "{}")

        def work(db: Database) -> str:
            db.conn.execute(
                "INSERT INTO runs (id, started, status, who, git_commit, config, totals) VALUES (?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            return run_id

        return self._writer.submit(work)

    def add(self, run_id: str, evaluations: Sequence[Evaluation]) -> Future[int]:
        """Record judged answers of a run; one that is there already is replaced."""
        rows = [_row(run_id, evaluation) for evaluation in evaluations]

        def work(db: Database) -> int:
            db.conn.executemany(
                "INSERT OR REPLACE INTO evaluations (run_id, case_id, content_id, body_id, model_name, repeat, "
                f"response_pk, passed, score, label, checks, outcome, error, cached) VALUES ({marks(14)})",
                rows,
            )
            return len(rows)

        return self._writer.submit(work)

    def finish(self, run_id: str, status: RunStatus, totals: dict[str, Any]) -> Future[Any]:
        """Record how a run ended."""
        row = (now(), status, dump(totals), run_id)
        return self._writer.submit(
            lambda db: db.conn.execute("UPDATE runs SET ended = ?, status = ?, totals = ? WHERE id = ?", row).rowcount
        )

    def all(self) -> list[RunRecord]:
        """All runs, the oldest first."""
        rows = self._rows("SELECT id, started, ended, status, who, git_commit, config, totals FROM runs ORDER BY id")
        with self._reading("a run"):
            return [RunRecord(*row[:6], config=orjson.loads(row[6]), totals=orjson.loads(row[7])) for row in rows]


def _row(run_id: str, evaluation: Evaluation) -> tuple[Any, ...]:
    task, completion = evaluation.task, evaluation.completion
    return (
        run_id,
        task.case.id,
        task.case.content_id,
        task.variant.body.id,
        task.variant.model.name,
        task.repeat,
        completion.stored,
        None if evaluation.passed is None else int(evaluation.passed),
        evaluation.score,
        text_or_none(evaluation.label),
        dump([_check(found) for found in evaluation.checks]),
        completion.outcome.value,
        text_or_none(evaluation.error),
        int(completion.cached),
    )


def _check(found: CheckResult) -> dict[str, Any]:
    return {
        "type": found.type,
        "passed": found.passed,
        "score": found.score,
        "reason": storable(found.reason),
        "error": text_or_none(found.error),
        "label": text_or_none(found.label),
        "expected_label": text_or_none(found.expected_label),
    }
