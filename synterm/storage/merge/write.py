"""Writing the merged file from the scratch database."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sqlite_utils import Database

from synterm.errors import ProjectError
from synterm.storage.connect import DatabaseError, connect, damaged, project_error
from synterm.storage.merge.scratch import BULK, Scratch
from synterm.storage.merge.tables import EDITED, NAMED
from synterm.storage.merge.waiting import COSTS, RESERVED, write_batches
from synterm.storage.migrations import migrate

_RANKED = """
CREATE TEMP TABLE ranked (old INTEGER PRIMARY KEY, pk INTEGER);
INSERT INTO ranked SELECT pk, row_number() OVER (ORDER BY created, key, outcome, text, latency_ms, pk)
FROM made.responses;
CREATE TEMP TABLE in_order AS SELECT pk, old FROM ranked ORDER BY pk
"""
"""The rows that answers get: the last one of a key is what the cache serves, so they stand as they came."""
_SPENDING = f"""
INSERT INTO main.spending SELECT other.day, round(max(0.0, coalesce(known_usd, 0.0) + other_usd), 9),
    round(max(0.0, coalesce(waiting_usd, 0.0) + held_usd), 9) FROM (
    SELECT day, max(spent_usd - known_usd) AS other_usd, max(reserved_usd - waiting_usd) AS held_usd
    FROM made.spent GROUP BY day
) AS other LEFT JOIN ({COSTS.format(schema="main")}) AS cost ON cost.day = other.day
LEFT JOIN ({RESERVED.format(schema="main")}) AS held ON held.day = other.day
"""
"""What the answers of a day cost, each once, and what is set aside for batches; and the most that a file counts
besides: calls of unknown cost, reservations of a process that was killed."""
_SINCE = """
UPDATE main.runs SET config = json_set(config, '$.since', (
    SELECT coalesce(max(pk), 0) FROM main.responses
    WHERE created <= (SELECT created FROM made.since WHERE run_id = runs.id)
)) WHERE id IN (SELECT run_id FROM made.since)
"""
"""After which answer a run began that may go on: answers have other rows by now."""


def write(scratch: Scratch, path: Path) -> None:
    """Write the file `path`, which must not be there. Raises ProjectError when it can't be, or what was read does not
    fit together."""
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        db = connect(path)
        try:
            _fill(db, scratch, path)
        finally:
            db.conn.close()
    except DatabaseError as error:
        raise project_error(error, path) from error


def _fill(db: Database, scratch: Scratch, path: Path) -> None:
    db.conn.execute("PRAGMA auto_vacuum = NONE")
    for pragma in BULK:
        db.conn.execute(pragma)
    migrate(db)
    db.conn.execute("ATTACH ? AS made", [f"{scratch.path.absolute().as_uri()}?mode=ro"])
    db.conn.execute("BEGIN")
    for named in NAMED:
        numbered = ["pk"] if "pk" in scratch.columns[named.table] else []
        names = [*numbered, named.key, *named.says]
        _copy(db, named.table, ", ".join(names), f"ORDER BY {names[0]}")
    _answers(db, scratch)
    for one in EDITED:
        _edited(db, scratch, one.table, one.key, one.number)
    _runs(db, scratch)
    write_batches(db, scratch)
    db.conn.execute(_SPENDING)
    db.conn.execute(_SINCE)
    _check(db, path)
    db.conn.execute("COMMIT")
    db.conn.execute("DETACH made")


def _copy(db: Database, table: str, names: str, rest: str = "") -> None:
    db.conn.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM made.{table} {rest}")


def _answers(db: Database, scratch: Scratch) -> None:
    for statement in _RANKED.split(";"):
        db.conn.execute(statement)
    names = ", ".join(scratch.answer_columns)
    # Their indexes are made when all are there: that is several times as fast as keeping them.
    indexes = db.conn.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'responses' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        db.conn.execute(f"DROP INDEX {name}")
    db.conn.execute(
        f"INSERT INTO main.responses (pk, {names}) SELECT in_order.pk, {names} "
        "FROM in_order CROSS JOIN made.responses AS r ON r.pk = in_order.old"
    )
    for _, sql in indexes:
        db.conn.execute(sql)


def _edited(db: Database, scratch: Scratch, table: str, key: tuple[str, ...], number: str | None) -> None:
    columns = [name for name in scratch.columns[table] if name != number]
    taken = {name: name for name in columns}
    if "response_pk" in taken:
        taken["response_pk"] = "(SELECT pk FROM ranked WHERE old = response_pk)"

    db.conn.execute(
        f"INSERT INTO main.{table} ({', '.join(columns)}) SELECT {', '.join(taken.values())} FROM made.{table} "
        f"ORDER BY {', '.join(key)}"
    )


def _runs(db: Database, scratch: Scratch) -> None:
    _copy(db, "runs", ", ".join(scratch.columns["runs"]), "ORDER BY id")
    # In the order of runs and of their columns, so that what is recorded of a run stands together.
    db.conn.execute(
        "CREATE TEMP TABLE columns_now AS SELECT row_number() OVER (ORDER BY run_id, pk) AS pk, pk AS old "
        "FROM made.run_columns"
    )
    names = [name for name in scratch.columns["run_columns"] if name != "pk"]
    db.conn.execute(
        f"INSERT INTO main.run_columns (pk, {', '.join(names)}) SELECT now.pk, {', '.join(names)} "
        "FROM columns_now AS now JOIN made.run_columns AS c ON c.pk = now.old ORDER BY now.pk"
    )
    db.conn.execute(
        "CREATE TEMP TABLE column_of AS SELECT e.pk AS old, now.pk AS pk FROM columns_now AS now JOIN "
        "(SELECT pk, pk AS new FROM made.run_columns UNION ALL SELECT pk, new FROM made.new_columns) AS e "
        "ON e.new = now.old"
    )
    db.conn.execute("CREATE INDEX temp.column_of_pk ON column_of (pk)")
    taken = {name: f"e.{name}" for name in scratch.columns["evaluations"]}
    taken["column_pk"] = "c.pk"
    taken["response_pk"] = "(SELECT pk FROM ranked WHERE ranked.old = e.response_pk)"
    db.conn.execute(
        f"INSERT INTO main.evaluations ({', '.join(taken)}) SELECT {', '.join(taken.values())} FROM column_of AS c "
        "CROSS JOIN made.evaluations AS e ON e.column_pk = c.old ORDER BY c.pk, e.case_id, e.repeat"
    )


def _check(db: Database, path: Path) -> None:
    """Raise ProjectError where a row names another that is not there: some file was damaged."""
    with contextlib.closing(db.conn.execute("PRAGMA foreign_key_check")) as found:
        row = found.fetchone()
    if row:
        raise damaged(f"a row of {row[0]}, which names a missing one of {row[2]},", path)
    if not db.conn.execute("SELECT 1 FROM meta WHERE key = 'id'").fetchone():
        raise ProjectError("none of the files says which project it is", where=str(path))
