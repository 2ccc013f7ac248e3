"""Rows that were taken out of the project file, and putting them back as they were.

Columns are named by what the table has at that moment, so that steps of the schema need no word here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

Query = tuple[str, str, tuple[Any, ...]]
"""A table, the condition that its rows fit, and the condition's values."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one table."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was removed, in the order in which it can be put back: a row after those that it refers to."""

    parts: tuple[Rows, ...]

    def count(self, table: str) -> int:
        """How many rows of a table it holds."""
        return sum(len(part.rows) for part in self.parts if part.table == table)


def take(db: Database, *queries: Query) -> Taken:
    """Remove the rows that fit, and give them. The tables stand in an order in which the rows can be put back."""
    parts: list[Rows] = []
    for table, where, values in queries:
        found = db.conn.execute(f"SELECT * FROM {table} WHERE {where}", values)
        columns = tuple(column[0] for column in found.description)
        parts.append(Rows(table, columns, tuple(found.fetchall())))
    for table, where, values in reversed(queries):
        db.conn.execute(f"DELETE FROM {table} WHERE {where}", values)
    return Taken(tuple(parts))


def put_back(db: Database, taken: Taken) -> None:
    """Put rows back as they were. Only a row number that another row has by now becomes a new one.

    Raises SQLite's error, with the caller's transaction open, where the file no longer has room for them: a name that
    is taken, a parent that is gone.
    """
    for part in taken.parts:
        marks = ", ".join("?" * len(part.columns))
        sql = f"INSERT INTO {part.table} ({', '.join(part.columns)}) VALUES ({marks})"
        db.conn.executemany(sql, _with_free_numbers(db, part))


def _with_free_numbers(db: Database, part: Rows) -> list[tuple[Any, ...]]:
    """The rows, those without number whose number another row has."""
    if "pk" not in part.columns or not part.rows:
        return list(part.rows)
    at = part.columns.index("pk")
    numbers = [row[at] for row in part.rows]
    found = db.conn.execute(f"SELECT pk FROM {part.table} WHERE pk BETWEEN ? AND ?", (min(numbers), max(numbers)))
    used = {pk for (pk,) in found}
    return [(*row[:at], None if row[at] in used else row[at], *row[at + 1 :]) for row in part.rows]
