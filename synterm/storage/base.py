"""What the stores share."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Any, TypeVar

import orjson
from sqlite_utils import Database

from synterm.core.ids import canonical_json
from synterm.errors import InputError, NotFoundError, did_you_mean
from synterm.storage.connect import DatabaseError, damaged, project_error
from synterm.storage.writer import Writer
from synterm.text import storable

T = TypeVar("T")


class Store:
    """Reads on `db`, writes through `writer`."""

    def __init__(self, db: Database, writer: Writer) -> None:
        self._db = db
        self._writer = writer

    def _rows(self, sql: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows. Raises ProjectError when the file can't be read."""
        try:
            return self._db.conn.execute(sql, tuple(values)).fetchall()
        except DatabaseError as error:
            raise project_error(error, self._writer.path) from error

    def _each(self, sql: str, values: Iterable[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows one by one; take them all at once, for the file is locked meanwhile. Raises as `_rows` does."""
        try:
            yield from self._db.conn.execute(sql, tuple(values))
        except DatabaseError as error:
            raise project_error(error, self._writer.path) from error

    def _row(self, sql: str, values: Iterable[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, if any. Raises ProjectError when the file can't be read."""
        return next(iter(self._rows(sql, values)), None)

    @contextlib.contextmanager
    def _reading(self, kind: str) -> Generator[None]:
        """Turns what JSON and pydantic find wrong with a row into a ProjectError: such a row synterm never wrote."""
        try:
            yield
        except (TypeError, ValueError) as error:
            raise damaged(kind, self._writer.path) from error


def dump(value: object) -> str:
    """`value` as compact JSON text."""
    return orjson.dumps(value).decode()


def require_json(value: object, where: str) -> None:
    """Raise InputError for a value that JSON can't hold: a number over 64 bit, half a surrogate pair."""
    try:
        canonical_json(value)
    except TypeError as error:
        raise InputError(f"this can't be kept as JSON: {error}", where=where) from error


def text_or_none(text: str | None) -> str | None:
    """`text` as the file can hold it."""
    return None if text is None else storable(text)


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
    return NotFoundError(f"no {kind} named {name!r}", hint=did_you_mean(name, known) or f"synterm ls PROJECT {kind}s")
