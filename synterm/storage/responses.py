"""Every answer that was received. What was paid for is never lost, and the same request is not paid for twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlite_utils import Database

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.dialog import FINISH
from synterm.core.recipe import Recipe
from synterm.errors import ProjectError
from synterm.storage.base import Store, chunks, dump
from synterm.storage.memo import Memo
from synterm.storage.received import Received, insert_each
from synterm.storage.spending import settle
from synterm.storage.spill import SpillStore
from synterm.storage.writer import Writer

_PAGE = 2000
_FOUND = (
    "pk, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, latency_ms, first_token_ms, attempts"
)
_PAST_ROWS = 50_000
_PAST = """
SELECT latency_ms, prompt_tokens, completion_tokens, cost_usd, length(CAST(text AS BLOB)) + length(raw) FROM responses
WHERE pk > (SELECT max(pk) FROM responses) - ? AND model = ? AND outcome IN (OUTCOMES)
    AND coalesce(finish_reason, '') NOT GLOB ? AND (recipe_id IS NULL OR recipe_id IN (
        SELECT id FROM recipes WHERE json_valid(body) AND body ->> 'endpoint' IS ?))
ORDER BY pk DESC LIMIT ?
"""
_OUTCOMES: dict[str, Outcome] = {outcome.value: outcome for outcome in Outcome}


@dataclass(frozen=True, slots=True)
class Kept:
    """Which answers may be served: complete ones, and what is said here."""

    truncated: bool = False
    """Also those that were cut off at the limit of tokens."""
    newer_than: int = 0
    """Only those in a row after this one; 0: all."""
    resume_after: int | None = None
    """Also whatever the model answered in a row after this one: what a run that goes on has had already."""


KEPT = Kept()


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer to a case, as far as it tells why another was not served."""

    recipe: dict[str, Any]
    outcome: Outcome
    created: str
    pk: int
    attempts: int


class Past(NamedTuple):
    """What an answer took, as far as it is known."""

    latency_ms: float | None
    """None also where it came in a batch."""
    prompt_tokens: int | None
    completion_tokens: int | None
    cost_usd: float | None
    size: int
    """Bytes of its text and of the response as it came."""


class ResponseStore(Store):
    """Answers by request key, and by the shortcut that stands for it. Rows are only ever added; the last one wins."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        self._recipes: Memo[bytes] = Memo(writer)

    def lookup(self, keys: Sequence[str], kept: Kept = KEPT) -> dict[str, Completion]:
        """The last fitting answers to these request keys (hex), marked as cached. Without the raw responses."""
        return dict(self._find("key", keys, kept))

    def lookup_shortcuts(self, shortcuts: Sequence[bytes], kept: Kept = KEPT) -> dict[bytes, Completion]:
        """The same for shortcuts (`Task.shortcut`)."""
        names = {shortcut.hex(): shortcut for shortcut in shortcuts}
        return {names[name]: answer for name, answer in self._find("shortcut", names, kept)}

    def last_pk(self) -> int:
        """The row of the answer that came last; 0 when there is none."""
        row = self._row("SELECT coalesce(max(pk), 0) FROM responses")
        return row[0] if row else 0

    def answer(self, pk: int) -> Completion | None:
        """The answer in a row, marked as cached, without the raw response."""
        rows = self._rows(f"SELECT '', {_FOUND} FROM responses WHERE pk = ?", [pk])
        return _completion(rows[0]) if rows else None

    def raw(self, pk: int) -> bytes:
        """The provider's response as it came; empty when there is none."""
        row = self._row("SELECT raw FROM responses WHERE pk = ?", [pk])
        return row[0] if row else b""

    def texts(self, pks: Sequence[int]) -> dict[int, str]:
        """The answers in these rows, by row; one that is gone is left out."""
        sql = "SELECT pk, text FROM responses WHERE pk IN (SELECT value FROM json_each(?))"
        return dict(row for part in chunks(pks, _PAGE) for row in self._rows(sql, [dump(part)]))

    def add_all(self, received: Sequence[Received]) -> Future[list[int | ProjectError]]:
        """Put answers on disk, whatever their outcome, and settle what was set aside for them; gives their rows.

        An answer that can't be kept has a ProjectError in its place; it was paid for all the same. When the file fails
        the future raises ProjectError, and nothing is kept or settled. Raises ValueError for a task without a request.
        """
        received = tuple(received)
        if any(one.task.request is None for one in received):
            raise ValueError("a task without a request has no response")

        def work(db: Database) -> list[int | ProjectError]:
            pks = insert_each(db, received, self._recipes, self._writer.path)
            settle(db, ((one.day, one.completion.charged_usd, one.reserved_usd) for one in received))
            return pks

        return self._writer.submit(work)

    @cached_property
    def spill(self) -> SpillStore:
        """Answers that the file could not take."""
        row = self._row("SELECT value FROM meta WHERE key = 'id'")
        return SpillStore(self._db, self._writer, row[0] if row else "")

    def recipes_for(self, content_id: str, limit: int = 50) -> list[Asked]:
        """How the first repeat of a case of this content (hex id) was asked before, the newest first.

        Reads every recipe: for a question of a person, not for each case.
        """
        found: list[Asked] = []
        for recipes in chunks(self._rows("SELECT body FROM recipes"), _PAGE):
            with self._reading("a recipe"):
                found.extend(self._asked([Recipe(orjson.loads(body)) for (body,) in recipes], content_id))
        return sorted(found, key=lambda asked: asked.pk, reverse=True)[:limit]

    def asked_with(self, recipe_id: bytes) -> int:
        """How many answers were asked for by this recipe."""
        row = self._row("SELECT count(*) FROM responses WHERE recipe_id = ?", [recipe_id])
        return row[0] if row else 0

    def past(self, model: str, endpoint: str | None, most: int = 1000) -> list[Past]:
        """What the last answers of a model (resolved name) at an endpoint took, the newest first.

        Looks only at what came last, so that a large file costs no more than a small one. What holds no recipe (the
        replies of judges) counts for every endpoint.
        """
        rows = self._rows(
            _PAST.replace("OUTCOMES", _quoted(one for one in Outcome if one.answered)),
            [_PAST_ROWS, model, f"{FINISH}*", endpoint, most],
        )
        return [Past(*row) for row in rows]

    def count(self) -> int:
        """How many answers the file holds."""
        row = self._row("SELECT count(*) FROM responses")
        return row[0] if row else 0

    def spent(self) -> float:
        """What all answers in the file cost together, in US dollars, as far as it is known."""
        row = self._row("SELECT total(cost_usd) FROM responses")
        return float(row[0]) if row else 0.0

    def _find(self, column: str, names: Iterable[str], kept: Kept) -> Iterator[tuple[str, Completion]]:
        fits, values = _fits(kept)
        sql = (
            f"SELECT wanted.value, {_FOUND} FROM json_each(?) AS wanted "
            f"CROSS JOIN responses ON responses.{column} = unhex(wanted.value) WHERE {fits} ORDER BY pk"
        )
        for part in chunks(names, _PAGE):
            # The last row of each name, so that no answer is made of those before.
            for name, row in {row[0]: row for row in self._rows(sql, [dump(part), *values])}.items():
                yield name, _completion(row)

    def _asked(self, recipes: list[Recipe], content_id: str) -> Iterator[Asked]:
        bodies = {recipe.shortcut(content_id, 0).hex(): recipe.body for recipe in recipes}
        rows = self._rows(
            "SELECT wanted.value, outcome, created, pk, attempts FROM json_each(?) AS wanted "
            "CROSS JOIN responses ON shortcut = unhex(wanted.value)",
            [dump(list(bodies))],
        )
        for name, outcome, created, pk, attempts in rows:
            yield Asked(bodies[name], Outcome(outcome), created, pk, attempts)


def _fits(kept: Kept) -> tuple[str, list[int]]:
    """The condition on a row, and its values."""
    served = [outcome for outcome in Outcome if outcome.keepable or (kept.truncated and outcome is Outcome.TRUNCATED)]
    terms, values = [f"(outcome IN ({_quoted(served)}) AND pk > ?)"], [kept.newer_than]
    if kept.resume_after is not None:
        terms.append(f"(outcome IN ({_quoted(outcome for outcome in Outcome if outcome.answered)}) AND pk > ?)")
        values.append(kept.resume_after)
    return f"({' OR '.join(terms)})", values


def _quoted(outcomes: Iterable[Outcome]) -> str:
    return ",".join(f"'{outcome}'" for outcome in outcomes)


# Many calls take as many tokens as others did.
_usage = lru_cache(maxsize=4096)(Usage)


def _completion(row: tuple[Any, ...]) -> Completion:
    _, pk, outcome, text, finish, prompt_tokens, completion_tokens, cost_usd, latency_ms, first_token_ms, attempts = row
    # By position: half of the time that a look-up takes is spent here.
    usage = _usage(prompt_tokens, completion_tokens)
    return Completion(
        _OUTCOMES[outcome],
        text,
        finish,
        usage,
        cost_usd,
        latency_ms,
        first_token_ms,
        cached=True,
        attempts=attempts,
        stored=pk,
    )
