"""Parquet and Arrow files, by pyarrow, which comes with the extra `parquet`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from synterm.errors import InputError
from synterm.formats.sources.base import Rows, Source, SourceFile, SourceRow
from synterm.formats.sources.peek import Peek

_AT_ONCE = 500
EXTRA = "parquet"


class Parquet(Source):
    """A table in a Parquet file, or an Arrow file."""

    name = "parquet"
    title = "Parquet and Arrow files (needs synterm[parquet])"
    extra = EXTRA

    @classmethod
    def fits(cls, peek: Peek) -> bool:
        return peek.head.startswith((b"PAR1", b"ARROW1")) or peek.ending in (".parquet", ".arrow")

    def rows(self, file: SourceFile) -> Rows:
        for number, fields in enumerate(table_rows(file.path, file.title), start=1):
            where = f"{file.title} row {number}"
            try:
                yield SourceRow(where, number, {name: plain(value) for name, value in fields.items()})
            except ValueError as error:
                yield InputError(str(error), where=where)


def table_rows(path: Path, title: str) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet or Arrow file as Python values, some at a time. Raises InputError."""
    arrow = _pyarrow(title)
    try:
        for batch in _batches(path):
            yield from batch.to_pylist()
    except (arrow.ArrowException, ValueError, OSError) as error:
        said = str(error).partition("\n")[0]
        raise InputError(f"can't be read as Parquet or Arrow: {said}", where=title) from error


def _batches(path: Path) -> Iterator[Any]:
    arrow: Any = import_module("pyarrow")
    ipc: Any = import_module("pyarrow.ipc")
    parquet: Any = import_module("pyarrow.parquet")

    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"PAR1"):
        with parquet.ParquetFile(path) as table:
            yield from table.iter_batches(batch_size=_AT_ONCE)
        return
    with arrow.memory_map(str(path)) as source:
        if head == b"ARROW1":
            reader = ipc.open_file(source)
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            batches = ipc.open_stream(source)
        for batch in batches:
            for start in range(0, batch.num_rows, _AT_ONCE):
                yield batch.slice(start, _AT_ONCE)


def _pyarrow(title: str) -> Any:
    try:
        return import_module("pyarrow")
    except ImportError as error:
        hint = "pip install 'synterm[parquet]'"
        raise InputError("reading Parquet and Arrow files needs pyarrow", where=title, hint=hint) from error


def plain(value: Any) -> Any:
    """A value of a table as JSON can hold it; what is no number becomes None. Raises ValueError."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case Decimal():
            return float(value) if value.is_finite() else None
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError as error:
                raise ValueError("holds bytes that are no text") from error
        case dict():
            return {str(key): plain(one) for key, one in cast("dict[Any, Any]", value).items()}
        case list() | tuple():
            return [plain(one) for one in cast("list[Any]", value)]
        case _:
            raise ValueError(f"holds a {type(value).__name__}, which can't be kept")
