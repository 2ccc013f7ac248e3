"""Answers on their way into the project file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from synterm.core.completion import Completion
from synterm.core.evaluation import Task
from synterm.core.recipe import Recipe
from synterm.errors import ProjectError
from synterm.storage.base import marks, text_or_none
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError, FileError, project_error
from synterm.storage.memo import Memo
from synterm.text import storable

_COLUMNS = (
    "key, body_id, content_id, model, outcome, text, finish_reason, prompt_tokens, completion_tokens, cost_usd, "
    "latency_ms, first_token_ms, error, raw, created, recipe_id, shortcut, attempts"
)
_NAMES = _COLUMNS.split(", ")
_INSERT = f"INSERT INTO responses ({_COLUMNS}) VALUES ({marks(len(_NAMES))})"
_THERE = "SELECT 1 FROM responses WHERE key = :key AND created = :created AND latency_ms IS :latency_ms AND raw = :raw"


@dataclass(frozen=True, slots=True)
class Received:
    """An answer, whatever its outcome, with what was set aside for it."""

    task: Task
    completion: Completion
    day: str = ""
    """The day whose spending it counts for; empty: none."""
    reserved_usd: float = 0.0


def insert_each(
    db: Database, received: Sequence[Received], recipes: Memo[bytes], path: Path
) -> list[int | ProjectError]:
    """Insert answers and give their rows. One that can't be kept has its error in its place, and the others are kept.

    Raises SQLite's error when it is the file that fails, or the whole transaction was given up.
    """
    try:
        with db.atomic():
            return _insert_all(db, received, recipes.known())
    except Exception as error:
        recipes.forget()
        if isinstance(error, FileError) or not db.conn.in_transaction:
            raise
        if len(received) == 1:
            return [_told(error, path)]
    return [kept for one in received for kept in insert_each(db, [one], recipes, path)]


def _insert_all(db: Database, received: Sequence[Received], known: dict[bytes, int]) -> list[int | ProjectError]:
    pks: list[int | ProjectError] = []
    created = now()
    for one in received:
        recipe = one.task.recipe
        if recipe is not None and recipe.id not in known:
            known[recipe.id] = _keep_recipe(db, recipe)
        pks.append(db.conn.execute(_INSERT, _row(one.task, one.completion, created)).lastrowid or 0)
    return pks


def fields_of(received: Received, created: str) -> dict[str, Any]:
    """An answer as its row in the file will be, by column."""
    return dict(zip(_NAMES, _row(received.task, received.completion, created), strict=True))


def put_back(db: Database, fields: Mapping[str, Any], recipe: str | None) -> bool:
    """Insert an answer from its `fields_of` and the JSON of its recipe; False where it is there already.

    Raises KeyError for a column that is missing, SQLite's error for a value that it does not take.
    """
    if db.conn.execute(_THERE, dict(fields)).fetchone():
        return False
    if recipe is not None:
        _put_recipe(db, fields["recipe_id"], recipe)
    db.conn.execute(_INSERT, [fields[name] for name in _NAMES])
    return True


def _keep_recipe(db: Database, recipe: Recipe) -> int:
    _put_recipe(db, recipe.id, recipe.json.decode())
    return 1


def _put_recipe(db: Database, recipe_id: bytes, body: str) -> None:
    db.conn.execute("INSERT OR IGNORE INTO recipes (id, body) VALUES (?, ?)", (recipe_id, body))


def _row(task: Task, completion: Completion, created: str) -> tuple[Any, ...]:
    content, recipe, request = task.content_id, task.recipe, task.request
    if request is None:
        raise ValueError("a task without a request has no response")
    return (
        bytes.fromhex(request.key),
        task.variant.body.id,
        content,
        request.model.resolved,
        completion.outcome.value,
        storable(completion.text),
        text_or_none(completion.finish_reason),
        _count(completion.usage.prompt),
        _count(completion.usage.completion),
        completion.cost_usd,
        completion.latency_ms,
        completion.first_token_ms,
        text_or_none(completion.error),
        completion.raw,
        created,
        recipe.id if recipe else None,
        recipe.shortcut(content, task.repeat) if recipe else None,
        completion.attempts,
    )


def _count(tokens: int | None) -> int | None:
    """A count of tokens; None for one that can't be, which SQLite would refuse together with the answer."""
    return tokens if tokens is not None and 0 <= tokens < 2**63 else None


def _told(error: Exception, path: Path) -> ProjectError:
    if isinstance(error, DatabaseError):
        return project_error(error, path)
    made = ProjectError(f"an answer can't be kept: {error}", where=str(path), hint="the other answers are kept")
    made.__cause__ = error
    return made
