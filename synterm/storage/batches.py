"""Batches at providers: what was handed in, how far it is, and the answers that came. They outlive the process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, cast

import orjson
from sqlite_utils import Database

from synterm.core.completion import Completion
from synterm.core.evaluation import Task
from synterm.core.model import ModelSpec
from synterm.core.recipe import Recipe
from synterm.errors import ProjectError
from synterm.storage.base import Store, chunks, dump, marks, text_or_none
from synterm.storage.clock import now
from synterm.storage.spending import change, settle, within
from synterm.text import storable

BatchState = Literal["begun", "running", "completed", "failed", "expired", "cancelled", "forgotten"]
"""``begun``: it is in the file, and may or may not have reached the provider."""

_PAGE = 500
_COLUMNS = "id, spec, remote_id, state, requests, done, failed, day, reserved_usd, owner, created"
_RESPONSE = (
    "key, body_id, content_id, model, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, error, "
    "raw, created, recipe_id, shortcut, batch_id"
)


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch as the project file has it."""

    id: str
    """Ours: the provider keeps it beside its own."""
    spec: ModelSpec
    remote_id: str | None
    state: BatchState
    requests: int
    done: int
    failed: int
    day: str
    """The day whose spending it counts for."""
    reserved_usd: float
    """What is set aside for it on that day."""
    owner: Mapping[str, Any]
    """The process that handed it in: ``host``, ``pid``."""
    created: str

    @property
    def age_s(self) -> float:
        """How long ago it was begun, in seconds; 0 where nobody can tell."""
        try:
            began = datetime.fromisoformat(self.created)
        except ValueError:
            return 0.0
        return max(0.0, (datetime.now(UTC) - began).total_seconds())


@dataclass(frozen=True, slots=True)
class Handed:
    """What the file needs to know of a request that goes into a batch: all but what it says."""

    key: str
    body_id: str
    content_id: str
    recipe: Recipe | None
    shortcut: bytes | None
    worst_usd: float = 0.0
    """What it can cost at most; 0 where no cap asks."""

    @classmethod
    def of(cls, task: Task, worst_usd: float = 0.0) -> Handed:
        """The request of a task. Raises ValueError for a task without one."""
        if task.request is None:
            raise ValueError("a task without a request goes into no batch")
        recipe, content = task.recipe, task.content_id
        shortcut = recipe.shortcut(content, task.repeat) if recipe else None
        return cls(task.request.key, task.variant.body.id, content, recipe, shortcut, worst_usd)


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of one request of a batch."""

    key: str
    completion: Completion
    charged_usd: float | None
    """What counts for the caps; None: all that was set aside."""


class BatchGoneError(ProjectError):
    """A batch that a process knows of is not in the project file any more."""


class BatchStore(Store):
    """Batches that wait, and their requests. What is done stays in the list without them."""

    def open(self) -> list[BatchRecord]:
        """Those that answers may still come from, the oldest first."""
        rows = self._rows(f"SELECT {_COLUMNS} FROM batches WHERE state IN ('begun', 'running') ORDER BY id")
        with self._reading("a batch"):
            return [_record(row) for row in rows]

    def get(self, batch_id: str) -> BatchRecord | None:
        """One of them all."""
        row = self._row(f"SELECT {_COLUMNS} FROM batches WHERE id = ?", [batch_id])
        with self._reading("a batch"):
            return _record(row) if row else None

    def waiting(self, keys: Iterable[str]) -> dict[str, str]:
        """Which of these request keys (hex) stand in a batch, without an answer so far: each with the batch's id."""
        sql = (
            "SELECT lower(hex(key)), batch_id FROM batch_requests WHERE key IN (SELECT unhex(value) FROM json_each(?))"
        )
        return {key: batch_id for part in chunks(keys, _PAGE) for key, batch_id in self._rows(sql, [dump(part)])}

    def asked(self, batch_id: str) -> dict[str, float]:
        """The requests of a batch that have no answer so far, by key (hex), with what each costs at most."""
        sql = "SELECT lower(hex(key)), worst_usd FROM batch_requests WHERE batch_id = ?"
        return dict(self._rows(sql, [batch_id]))

    def begin(
        self,
        batch_id: str,
        spec: ModelSpec,
        handed: Sequence[Handed],
        owner: Mapping[str, Any],
        day: str,
        cap_usd: float | None,
    ) -> Future[Literal["begun", "taken", "capped"]]:
        """Note a batch before it is handed in, and set aside what it costs at most under the day's cap.

        ``taken``: another batch has one of the requests by now; ``capped``: the day has not so much left. Then nothing
        is noted.
        """
        worst = sum(one.worst_usd for one in handed) if cap_usd is not None else 0.0
        rows = [_request_row(batch_id, one) for one in handed]
        used = {one.recipe.id: one.recipe for one in handed if one.recipe}
        recipes = {name: recipe.json.decode() for name, recipe in used.items()}

        def work(db: Database) -> Literal["begun", "taken", "capped"]:
            if not within(db, day, worst, cap_usd):
                return "capped"
            for part in chunks((row[1] for row in rows), _PAGE):
                if db.conn.execute(f"SELECT 1 FROM batch_requests WHERE key IN ({marks(len(part))})", part).fetchone():
                    return "taken"
            time = now()
            values = (batch_id, spec.model_dump_json(), None, None, "begun", len(rows), 0, 0, day, worst, dump(owner))
            db.conn.execute(f"INSERT INTO batches VALUES ({marks(13)})", (*values, time, time))
            db.conn.executemany("INSERT OR IGNORE INTO recipes (id, body) VALUES (?, ?)", recipes.items())
            db.conn.executemany(f"INSERT INTO batch_requests VALUES ({marks(7)})", rows)
            change(db, day, 0.0, worst)
            return "begun"

        return self._writer.submit(work)

    def uploaded(self, batch_id: str, file: str) -> Future[None]:
        """Its requests are at the provider, in a file of this id."""

        def work(db: Database) -> None:
            db.conn.execute("UPDATE batches SET input_file = ?, updated = ? WHERE id = ?", [file, now(), batch_id])

        return self._writer.submit(work)

    def running(self, batch_id: str, remote_id: str, done: int = 0, failed: int = 0) -> Future[None]:
        """The provider has it, under this id, and is so far. Raises BatchGoneError where the file has it no more."""
        what = "remote_id = ?, done = ?, failed = ?, state = CASE state WHEN 'begun' THEN 'running' ELSE state END"

        def work(db: Database) -> None:
            values = [remote_id, done, failed, now(), batch_id]
            if not db.conn.execute(f"UPDATE batches SET {what}, updated = ? WHERE id = ?", values).rowcount:
                raise BatchGoneError(f"the batch {batch_id}, which the provider has as {remote_id}, is no longer there")

        return self._writer.submit(work)

    def drop(self, batch_id: str) -> Future[None]:
        """It never reached the provider: forget it, and give back what was set aside."""

        def work(db: Database) -> None:
            _release(db, batch_id)
            db.conn.execute("DELETE FROM batches WHERE id = ?", [batch_id])

        return self._writer.submit(work)

    def keep(self, batch_id: str, collected: Sequence[Collected]) -> Future[dict[str, int]]:
        """Put answers on disk and settle them; gives their rows, by key. What no request of the batch waits for (a
        second answer, a name that nobody gave) is left out."""

        def work(db: Database) -> dict[str, int]:
            batch = _batch(db, batch_id)
            kept: dict[str, int] = {}
            bills: list[tuple[str, float | None, float]] = []
            for one in collected:
                row = _take_request(db, batch_id, one.key)
                if batch is None or row is None:
                    continue
                kept[one.key] = _insert(db, batch, row, one.completion)
                capped = row[-1] if batch.reserved_usd else 0.0
                bills.append((batch.day if capped or one.charged_usd else "", one.charged_usd, capped))
            settle(db, bills)
            return kept

        return self._writer.submit(work)

    def end(
        self, batch_id: str, state: BatchState, done: int, failed: int, *, charged: bool = False, lost_usd: float = 0.0
    ) -> Future[None]:
        """Nothing more comes of it: requests without an answer may be asked again, and what was set aside for them is
        given back, but for `lost_usd`, which counts as spent; `charged`: all of it does, as nobody knows."""

        def work(db: Database) -> None:
            _release(db, batch_id, lost_usd, charged=charged)
            db.conn.execute("DELETE FROM batch_requests WHERE batch_id = ?", [batch_id])
            db.conn.execute(
                "UPDATE batches SET state = ?, done = ?, failed = ?, updated = ? WHERE id = ?",
                [state, done, failed, now(), batch_id],
            )

        return self._writer.submit(work)


def _record(row: tuple[Any, ...]) -> BatchRecord:
    spec, owner = ModelSpec.model_validate_json(row[1]), orjson.loads(row[9])
    if not isinstance(owner, dict):
        raise ValueError("an owner is an object")
    _, _, remote_id, state, requests, done, failed, day, reserved_usd, _, created = row
    of = cast("dict[str, Any]", owner)
    return BatchRecord(row[0], spec, remote_id, state, requests, done, failed, day, reserved_usd, of, created)


def _batch(db: Database, batch_id: str) -> BatchRecord | None:
    row = db.conn.execute(f"SELECT {_COLUMNS} FROM batches WHERE id = ?", [batch_id]).fetchone()
    return _record(row) if row else None


def _request_row(batch_id: str, one: Handed) -> tuple[Any, ...]:
    recipe_id = one.recipe.id if one.recipe else None
    return (batch_id, bytes.fromhex(one.key), one.body_id, one.content_id, recipe_id, one.shortcut, one.worst_usd)


def _take_request(db: Database, batch_id: str, key: str) -> tuple[Any, ...] | None:
    try:
        name = bytes.fromhex(key)
    except ValueError:
        return None
    return db.conn.execute(
        "DELETE FROM batch_requests WHERE batch_id = ? AND key = ? "
        "RETURNING key, body_id, content_id, recipe_id, shortcut, worst_usd",
        [batch_id, name],
    ).fetchone()


def _insert(db: Database, batch: BatchRecord, row: tuple[Any, ...], completion: Completion) -> int:
    key, body_id, content_id, recipe_id, shortcut, _ = row
    values = (
        key,
        body_id,
        content_id,
        batch.spec.resolved,
        completion.outcome.value,
        storable(completion.text),
        text_or_none(completion.finish_reason),
        _count(completion.usage.prompt),
        _count(completion.usage.completion),
        completion.cost_usd,
        text_or_none(completion.error),
        completion.raw,
        now(),
        recipe_id,
        shortcut,
        batch.id,
    )
    return db.conn.execute(f"INSERT INTO responses ({_RESPONSE}) VALUES ({marks(len(values))})", values).lastrowid or 0


def _count(tokens: int | None) -> int | None:
    return tokens if tokens is not None and 0 <= tokens < 2**63 else None


def _release(db: Database, batch_id: str, lost_usd: float = 0.0, *, charged: bool = False) -> None:
    """Give back, or count as spent, what is set aside for the requests that are left."""
    batch = _batch(db, batch_id)
    if batch is None or not (batch.reserved_usd or lost_usd or charged):
        return
    sql = "SELECT total(worst_usd) FROM batch_requests WHERE batch_id = ?"
    (left,) = db.conn.execute(sql, [batch_id]).fetchone()
    change(db, batch.day, left if charged else lost_usd, -left if batch.reserved_usd else 0.0)
