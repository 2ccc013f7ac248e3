"""Every answer that was received. What was paid for is never lost, and the same request is not paid for twice."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.evaluation import Task
from synterm.storage.base import Store, chunks, marks, text_or_none
from synterm.storage.clock import now
from synterm.text import storable

_KEEPABLE = ",".join(f"'{outcome}'" for outcome in Outcome if outcome.keepable)
_PAGE = 500


class ResponseStore(Store):
    """Answers by request key. Rows are only ever added; the cache serves the last good one."""

    def lookup(self, keys: Sequence[str]) -> dict[str, Completion]:
        """The last good answers to these request keys (hex), marked as cached. Without the raw responses."""
        found: dict[str, Completion] = {}
        for part in chunks(keys, _PAGE):
            rows = self._rows(
                "SELECT key, pk, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, latency_ms, "
                f"first_token_ms FROM responses WHERE key IN ({marks(len(part))}) AND outcome IN ({_KEEPABLE}) "
                "ORDER BY pk",
                [bytes.fromhex(key) for key in part],
            )
            found.update((row[0].hex(), _completion(row)) for row in rows)
        return found

    def raw(self, pk: int) -> bytes:
        """The provider's response as it came; empty when there is none."""
        row = self._row("SELECT raw FROM responses WHERE pk = ?", [pk])
        return row[0] if row else b""

    def add(self, task: Task, completion: Completion) -> Future[int]:
        """Put an answer on disk, whatever its outcome; gives its row number."""
        request = task.request
        if request is None:
            raise ValueError("a task without a request has no response")
        usage = completion.usage
        row = (
            bytes.fromhex(request.key),
            task.variant.body.id,
            task.case.content_id,
            request.model.resolved,
            completion.outcome.value,
            storable(completion.text),
            text_or_none(completion.finish_reason),
            _count(usage.prompt),
            _count(usage.completion),
            completion.cost_usd,
            completion.latency_ms,
            completion.first_token_ms,
            text_or_none(completion.error),
            completion.raw,
            now(),
        )
        return self._writer.submit(lambda db: _add(db, row))

    def count(self) -> int:
        """How many answers the file holds."""
        row = self._row("SELECT count(*) FROM responses")
        return row[0] if row else 0

    def spent(self) -> float:
        """What all answers in the file cost together, in US dollars, as far as it is known."""
        row = self._row("SELECT total(cost_usd) FROM responses")
        return float(row[0]) if row else 0.0


def _count(tokens: int | None) -> int | None:
    """A count of tokens; None for one that can't be, which SQLite would refuse together with the answer."""
    return tokens if tokens is not None and 0 <= tokens < 2**63 else None


def _add(db: Database, row: tuple[Any, ...]) -> int:
    cursor = db.conn.execute(
        "INSERT INTO responses (key, body_id, content_id, model, outcome, text, finish_reason, prompt_tokens, "
        f"completion_tokens, cost_usd, latency_ms, first_token_ms, error, raw, created) VALUES ({marks(len(row))})",
        row,
    )
    return cursor.lastrowid or 0


def _completion(row: tuple[Any, ...]) -> Completion:
    _, pk, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, latency_ms, first_token_ms = row
    return Completion(
        outcome=Outcome(outcome),
        text=text,
        finish_reason=finish_reason,
        usage=Usage(prompt_tokens, completion_tokens),
        cost_usd=cost_usd,
        latency_ms=latency_ms,
        first_token_ms=first_token_ms,
        cached=True,
        stored=pk,
    )
