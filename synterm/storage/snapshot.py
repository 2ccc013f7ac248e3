"""A copy of a project file to give away: one file, as it is at this moment, and nothing of what was deleted."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils import Database

from synterm.core.sharing import SharePart
from synterm.storage.condition import Condition
from synterm.storage.connect import DatabaseError, connect, damaged, project_error
from synterm.storage.manifest import ManifestReader
from synterm.storage.migrations import migrate
from synterm.storage.pruning import UNUSED
from synterm.storage.spill import spilled

PLACES = {
    "meta": "the project",
    "nodes": "the tree",
    "contents": "cases",
    "cases": "cases",
    "prompt_bodies": "prompts",
    "prompts": "prompts",
    "prompt_versions": "prompts",
    "models": "models",
    "documents": "documents",
    "responses": "answers",
    "recipes": "answers",
    "grades": "what checks found",
    "evaluations": "what checks found",
    "runs": "runs",
    "run_columns": "runs",
    "baselines": "baselines",
    "batches": "batches",
    "reviews": "verdicts",
    "findings": "findings",
    "generations": "generations",
    "tunings": "tunings",
    "traffic": "logged calls",
    "traffic_logs": "logs",
}
"""What people call what stands in each table that holds texts."""
_CALLED = {
    "contents": "SELECT content_id AS of, min(id) AS called FROM cases GROUP BY 1",
    "prompt_bodies": "SELECT body_id AS of, min(name || '@v' || number) AS called FROM prompt_versions "
    "JOIN prompts ON prompts.id = prompt_id GROUP BY 1",
}
"""What people call a row, where that is not its first column."""
_NO_TEXTS = frozenset("id created updated started ended served day".split())
"""Columns of ids and times."""
_COUNTED = {
    "cases": "cases",
    "prompts": "prompts",
    "models": "models",
    "documents": "documents",
    "runs": "runs",
    "responses": "answers",
    "reviews": "verdicts",
    "traffic": "logged calls",
}
_RUNS_AWAY = """
UPDATE reviews SET answer = coalesce(answer, (SELECT text FROM responses WHERE pk = response_pk)), response_pk = NULL;
DELETE FROM baselines; DELETE FROM runs; DELETE FROM responses; DELETE FROM grades; DELETE FROM recipes;
DELETE FROM batches; DELETE FROM batch_requests; DELETE FROM spending
"""
_OVER_TRAFFIC = "(SELECT id FROM runs WHERE CASE WHEN json_valid(config) THEN config -> '$.production' END IS NOT NULL)"
_JUDGED = (
    "SELECT DISTINCT lower(hex(content_id)) AS id FROM evaluations JOIN run_columns ON pk = column_pk "
    f"WHERE run_id IN {_OVER_TRAFFIC}"
)
_TRAFFIC_AWAY = f"""
CREATE TEMP TABLE judged AS {_JUDGED};
DELETE FROM judged WHERE id IN (SELECT content_id FROM cases);
DELETE FROM baselines WHERE run_id IN {_OVER_TRAFFIC};
DELETE FROM runs WHERE id IN {_OVER_TRAFFIC};
DELETE FROM reviews WHERE lower(hex(content_id)) IN (SELECT id FROM judged);
DELETE FROM responses WHERE content_id IN (SELECT id FROM judged);
DROP TABLE judged;
DELETE FROM traffic; DELETE FROM traffic_logs
"""
_NAMED = ("runs", "reviews", "baselines", "findings", "generations")
_PEOPLE = " UNION ".join(f"SELECT who FROM {table} WHERE who <> ''" for table in _NAMED)
_NAMES_AWAY = (
    f"CREATE TEMP TABLE people AS SELECT who, 'person ' || row_number() OVER (ORDER BY who) AS name FROM ({_PEOPLE})",
    *(
        f"UPDATE {table} SET who = (SELECT name FROM people WHERE people.who = {table}.who) WHERE who <> ''"
        for table in _NAMED
    ),
    *(
        f"UPDATE {table} SET config = json_remove(config, '$.host', '$.pid') WHERE json_valid(config)"
        for table in ("runs", "generations")
    ),
    "UPDATE traffic_logs SET body = json_remove(body, '$.who') WHERE json_valid(body)",
    "DROP TABLE people",
)
_AWAY: dict[SharePart, tuple[str, ...]] = {
    "runs": tuple(_RUNS_AWAY.split(";")),
    "traffic": tuple(_TRAFFIC_AWAY.split(";")),
    "verdicts": ("DELETE FROM reviews",),
    "names": _NAMES_AWAY,
}
_NOT_UNDER_WAY = (
    "UPDATE runs SET status = 'interrupted' WHERE status = 'running'",
    "UPDATE generations SET status = 'interrupted' WHERE status = 'running'",
    "UPDATE spending SET reserved_usd = (SELECT total(worst_usd) FROM batch_requests JOIN batches ON id = batch_id "
    "WHERE batches.day = spending.day AND batches.reserved_usd > 0)",
)
"""Nothing is under way in a copy."""
_OF_REMOVED = """
FROM responses WHERE pk NOT IN (SELECT response_pk FROM evaluations WHERE response_pk IS NOT NULL)
AND pk NOT IN (SELECT response_pk FROM reviews WHERE response_pk IS NOT NULL)
AND content_id NOT IN (SELECT id FROM contents)
"""
"""Answers to cases that were removed, and what judges replied about any: which case that was stands nowhere."""
_FOUND = """
FROM grades WHERE pk NOT IN (
    SELECT value FROM evaluations, json_each(CASE WHEN json_valid(grades) THEN grades ELSE '[]' END)
)
"""


class Row(NamedTuple):
    """The texts of a row, for looking through them."""

    table: str
    name: str
    """Its id, or its number."""
    texts: tuple[str, ...]
    raw: tuple[bytes, ...]
    """What is kept as it came."""


def snapshot(path: Path, copy: Path) -> None:
    """Write the project as it is now into the new, empty file `copy`, and bring that up to date.

    It may be in use meanwhile. Raises ProjectError where it is none, holds what no synterm puts there, or the disk is
    full.
    """
    with Condition.of(path) as condition:
        condition.check_schema()
        condition.copy_into(copy)
    with _writing(copy) as db:
        migrate(db)


def leave_out(copy: Path, parts: Collection[SharePart]) -> dict[str, int]:
    """Take parts out of a copy, and what was removed in the project; gives how much of that there was.

    Raises ProjectError.
    """
    with _writing(copy) as db:
        with db.atomic():
            for part in parts:
                _run(db, _AWAY[part])
            removed = _without_removed(db, told=not parts)
            _run(db, _NOT_UNDER_WAY)
        # Even what was deleted just now is gone then, and the file is as small as it can be.
        db.conn.execute("VACUUM")
    return removed


def counts(copy: Path) -> dict[str, int]:
    """What is in it, by what people call it."""
    with _reading(copy) as db:
        found = {words: _one(db, f"SELECT count(*) FROM {table}") for table, words in _COUNTED.items()}
        return {words: count for words, count in found.items() if count}


def people(copy: Path) -> int:
    """How many people it names as having run, judged or found something."""
    with _reading(copy) as db:
        return _one(db, f"SELECT count(*) FROM ({_PEOPLE})")


def asks(copy: Path) -> list[str]:
    """What it asks for of whoever opens it, in words. Raises ProjectError for rows that synterm never wrote."""
    with _reading(copy) as db:
        try:
            return ManifestReader().read(db).words()
        except (TypeError, ValueError) as error:
            raise damaged("what it asks for", copy) from error


def waiting(copy: Path) -> int:
    """How many answers wait elsewhere for the project that it is a copy of."""
    with _reading(copy) as db:
        return sum(one.count for one in spilled(_one(db, "SELECT value FROM meta WHERE key = 'id'")))


def texts(copy: Path) -> Iterator[Row]:
    """All texts of all rows, a row at a time."""
    with _reading(copy) as db:
        for table in PLACES:
            columns = db.conn.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()
            held = [str(name) for name, kind in columns if kind == "TEXT"]
            names = [name for name in held if not name.endswith("_id") and name not in _NO_TEXTS]
            raw = [str(name) for name, _ in columns if name == "raw"]
            key, source = str(columns[0][0]), table
            if called := _CALLED.get(table):
                key, source = f"coalesce(called, {key})", f"{table} LEFT JOIN ({called}) ON of = {key}"
            for row in db.conn.execute(f"SELECT {', '.join([key, *names, *raw])} FROM {source}"):
                said = tuple(text for text in row[1 : len(names) + 1] if isinstance(text, str) and text)
                yield Row(table, str(row[0]), said, tuple(blob for blob in row[len(names) + 1 :] if blob))


def _without_removed(db: Database, *, told: bool) -> dict[str, int]:
    """Remove what cases, prompts and runs left that are gone; gives what was removed where that is to be told."""
    counts = {"texts": sum(db.conn.execute(f"DELETE {rows}").rowcount for rows in UNUSED), "answers": 0, "verdicts": 0}
    if counts["texts"]:
        counts["answers"] = db.conn.execute(f"DELETE {_OF_REMOVED}").rowcount
        counts["verdicts"] = db.conn.execute(f"DELETE {_FOUND}").rowcount
    return {name: count for name, count in counts.items() if count and told}


def _run(db: Database, statements: Collection[str]) -> None:
    for statement in statements:
        db.conn.execute(statement)


def _one(db: Database, sql: str) -> Any:
    return db.conn.execute(sql).fetchone()[0]


@contextlib.contextmanager
def _writing(copy: Path) -> Generator[Database]:
    yield from _open(copy, lambda: connect(copy))


@contextlib.contextmanager
def _reading(copy: Path) -> Generator[Database]:
    yield from _open(copy, lambda: connect(copy, read_only=True))


def _open(copy: Path, opening: Callable[[], Database]) -> Iterator[Database]:
    try:
        db = opening()
        with contextlib.closing(db.conn):
            yield db
    except DatabaseError as error:
        raise project_error(error, copy) from error
