"""What the stores share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import orjson
from sqlite_utils import Database

from synterm.errors import NotFoundError, did_you_mean
from synterm.storage.writer import Writer

T = TypeVar("T")


class Store:
    """Reads on `db`, writes through `writer`."""

    def __init__(self, db: Database, writer: Writer) -> None:
        self._db = db
        self._writer = writer

    def _rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        return self._db.conn.execute(sql, tuple(values)).fetchall()

    def _row(self, sql: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        return self._db.conn.execute(sql, tuple(values)).fetchone()


def dump(value: object) -> str:
    """`value` as compact JSON text."""
    return orjson.dumps(value).decode()


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def marks(count: int) -> str:
    """``?,?,?`` for an IN list."""
    return ",".join("?" * count)


def not_found(kind: str, name: str, known: Iterable[str]) -> NotFoundError:
    """An error that names what is near."""
    return NotFoundError(f"no {kind} named {name!r}", hint=did_you_mean(name, known))
