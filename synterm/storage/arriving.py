"""A new project file filled from a text: with the ids, numbers and times that stand there."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlite_utils import Database

from synterm.core.case import Case
from synterm.core.prompt import Prompt
from synterm.core.review import Review
from synterm.errors import InputError
from synterm.storage.base import Store, marks, require_json, text_or_none
from synterm.storage.cases import case_rows
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError, FileError
from synterm.storage.whole import DESCRIBED, Stamp
from synterm.storage.writer import Writer
from synterm.text import storable

_LOOSE = frozenset(("contents", "prompt_bodies"))
_REFUSED = (DatabaseError, OverflowError)
"""What is raised for a value that a column does not take."""

_CASE = "pk id scenario_id content_id tags split status origin root_id updated".split()
_MOVE = "UPDATE cases SET pk = ? WHERE pk = ?"
_MOVED = 2000
"""How many cases get their number in one piece of work: SQLite keeps in memory how it was before."""


@dataclass(frozen=True, slots=True)
class ArrivingCase:
    """A case on its way into the file."""

    case: Case
    place: str
    """Where it stands in its text, for errors."""
    row: int | None = None
    """Its row number; None: cases follow each other by id."""
    updated: str | None = None


class Row(NamedTuple):
    """A row of a table of results."""

    values: Sequence[Any]
    place: str


class ArrivingStore(Store):
    """Writes into a file that holds nothing yet. Futures raise InputError for what can't be kept, with its place."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        self._arrived = 0

    def meta(self, values: Mapping[str, str]) -> Future[Any]:
        """What stands about the project itself."""
        sql = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        return self._writer.submit(lambda db: db.conn.executemany(sql, [*values.items()]).rowcount)

    def stamps(
        self, nodes: Mapping[str, str], models: Mapping[str, Stamp], documents: Mapping[str, Stamp]
    ) -> Future[Any]:
        """What is noted beside nodes (their times by id), models and documents (by name) that are there."""

        def work(db: Database) -> None:
            db.conn.executemany(
                "UPDATE nodes SET updated = ? WHERE id = ?", [(time, one) for one, time in nodes.items()]
            )
            for table, stamps in (("models", models), ("documents", documents)):
                db.conn.executemany(
                    f"UPDATE {table} SET id = coalesce(?, id), updated = coalesce(?, updated) WHERE name = ?",
                    [(*stamp, name) for name, stamp in stamps.items()],
                )

        return self._writer.submit(work)

    def prompt(self, prompt: Prompt, updated: str | None) -> Future[None]:
        """A prompt with its draft and its history. Raises InputError for parameters that JSON can't hold."""
        for body in (prompt.draft, *(version.body for version in prompt.versions)):
            require_json(body.model_dump(), f"prompt {prompt.name}")
        time = now() if updated is None else updated
        return self._writer.submit(lambda db: _put_prompt(db, prompt, time))

    def cases(self, cases: Iterable[ArrivingCase]) -> Future[Any]:
        """Cases. Raises InputError for a value that JSON can't hold."""
        contents, rows = list[tuple[str, str, str]](), list[Row]()
        for one in cases:
            content, (*row, time) = case_rows(one.case)
            contents.append(content)
            self._arrived += 1
            # Until all are there nobody knows the order, so the numbers below 0 are taken first.
            number = -self._arrived if one.row is None else one.row
            rows.append(Row((number, *row, time if one.updated is None else one.updated), one.place))

        def work(db: Database) -> None:
            db.conn.executemany("INSERT OR IGNORE INTO contents (id, input, expected) VALUES (?, ?, ?)", contents)
            _insert(db, "cases", _CASE, rows)

        return self._writer.submit(work)

    def settle(self) -> int:
        """Number the cases that have no row number by id, once all are there; gives how many cases there are."""
        numbers, last = self._writer.submit(_in_order).result()
        for start in range(0, len(numbers), _MOVED):
            moves = [(last + at + 1, numbers[at]) for at in range(start, min(start + _MOVED, len(numbers)))]
            self._writer.submit(lambda db, moves=moves: db.conn.executemany(_MOVE, moves).rowcount).result()
        row = self._row("SELECT count(*) FROM cases")
        return row[0] if row else 0

    def reviews(self, reviews: Sequence[tuple[Review, str]]) -> Future[Any]:
        """Verdicts, each with its place in the text."""
        columns = "id content_id output_id passed who note created updated source rating answer".split()
        rows = [
            Row(
                (
                    review.id,
                    bytes.fromhex(review.content_id),
                    bytes.fromhex(review.output_id),
                    review.passed,
                    storable(review.who),
                    storable(review.note),
                    review.created or now(),
                    review.updated or review.created or now(),
                    review.source,
                    review.rating,
                    text_or_none(review.answer),
                ),
                place,
            )
            for review, place in reviews
        ]
        return self._writer.submit(lambda db: _insert(db, "reviews", columns, rows))

    def rows(self, table: str, columns: Sequence[str], rows: Sequence[Row]) -> Future[None]:
        """Rows of a table of results, as they were."""
        return self._writer.submit(lambda db: _insert(db, table, columns, rows))

    def check_table(self, table: str, columns: Sequence[str]) -> None:
        """Raise InputError unless `table` is one of results, and has these columns, letter for letter: to SQLite
        `MODELS` is `models` too, whose rows are checked elsewhere."""
        tables = {name for (name,) in self._rows("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        results = {name for name in tables if not name.startswith(("sqlite_", "_sqlite_"))} - (DESCRIBED - _LOOSE)
        if table not in results:
            raise InputError(f"this synterm keeps no results in {table!r}", hint="pip install --upgrade synterm")
        known = [name for (name,) in self._rows("SELECT name FROM pragma_table_info(?)", [table])]
        if strange := [name for name in columns if name not in known]:
            raise InputError(f"{table} has no column {strange[0]!r}", hint="pip install --upgrade synterm")


def _in_order(db: Database) -> tuple[array[int], int]:
    """The numbers below 0 by the ids of their cases, and the highest number."""
    rows = db.conn.execute("SELECT pk FROM cases WHERE pk < 0 ORDER BY id")
    (last,) = db.conn.execute("SELECT coalesce(max(pk), 0) FROM cases WHERE pk > 0").fetchone()
    return array("q", (pk for (pk,) in rows)), last


def _put_prompt(db: Database, prompt: Prompt, updated: str) -> None:
    try:
        db.conn.execute(
            "INSERT INTO prompts (id, name, draft, draft_examples, draft_params, updated) VALUES (?, ?, ?, ?, ?, ?)",
            (
                prompt.id,
                prompt.name,
                prompt.draft.model_dump_json(),
                text_or_none(prompt.draft_examples),
                text_or_none(prompt.draft_params),
                updated,
            ),
        )
        for version in prompt.versions:
            body = version.body
            db.conn.execute(
                "INSERT OR IGNORE INTO prompt_bodies (id, body) VALUES (?, ?)", (body.id, body.model_dump_json())
            )
            db.conn.execute(
                "INSERT INTO prompt_versions (prompt_id, number, body_id, note, created, pinned) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (prompt.id, version.number, body.id, version.note, version.created or now(), version.pinned),
            )
    except DatabaseError as error:
        raise InputError(_said(error), where=f"prompt {prompt.name}") from error


def _insert(db: Database, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows; should one be refused, tell which."""
    named = ", ".join('"' + column.replace('"', '""') + '"' for column in columns)
    sql = f"INSERT INTO {table} ({named}) VALUES ({marks(len(columns))})"
    db.conn.execute("SAVEPOINT arriving_rows")
    try:
        db.conn.executemany(sql, [row.values for row in rows])
    except _REFUSED:
        if not db.conn.in_transaction:
            raise
        db.conn.execute("ROLLBACK TO arriving_rows")
        for row in rows:
            _insert_one(db, sql, row)
    db.conn.execute("RELEASE arriving_rows")


def _insert_one(db: Database, sql: str, row: Row) -> None:
    try:
        db.conn.execute(sql, row.values)
    except FileError:
        raise
    except _REFUSED as error:
        raise InputError(_said(error), where=row.place) from error


def _said(error: Exception) -> str:
    text = str(error)
    if "FOREIGN KEY" in text:
        return "it belongs to something that does not stand before it"
    if "UNIQUE" in text:
        return f"it stands twice ({text.rpartition(': ')[2]})"
    return f"it can't be kept: {text}"
