"""A program of its own that reads one Parquet or Arrow file: ``python arrow_child.py FILE``, which `arrow_rows` starts.

It writes a line of JSON for each row: ``{"row": {…}}``, or ``{"wrong": "why"}`` for one that can't be kept; at the end
``{"end": true}``, or ``{"error": "why"}``. It imports nothing of synterm, has no keys in its environment, and limits on
its memory and time: when a file makes Arrow crash, or fills memory, only this program is gone.
"""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, cast

_AT_ONCE = 500
_MOST_BYTES = 20_000_000
"""Of some rows as values, and of one row: a text that stands in a file once may be that of every row."""
_MOST_MEMORY = 4_000_000_000
_PATIENCE_S = 60
"""For some hundred rows."""


def main() -> int:
    """Write the rows of the file; gives the exit code."""
    _limit_memory()
    arrow = import_module("pyarrow")
    try:
        for batch in _timed(_batches(Path(sys.argv[1]))):
            for part in _light(batch):
                _write(part.to_pylist())
    except (arrow.ArrowException, ValueError, OSError, MemoryError, OverflowError) as error:
        sys.stdout.write(json.dumps({"error": str(error).partition("\n")[0] or type(error).__name__}) + "\n")
        return 1
    sys.stdout.write(json.dumps({"end": True}) + "\n")
    return 0


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, OSError, ValueError):
        return  # not everywhere can it be limited


def _timed(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches; the program is ended when one takes too long. Waiting for whoever reads the rows counts not."""
    _alarm(_PATIENCE_S)
    for batch in batches:
        _alarm(0)
        yield batch
        _alarm(_PATIENCE_S)


def _alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):
        signal.alarm(seconds)


def _batches(path: Path) -> Iterator[Any]:
    arrow, ipc = import_module("pyarrow"), import_module("pyarrow.ipc")
    with path.open("rb") as file:
        head = file.read(6)
    if head.startswith(b"PAR1"):
        yield from _of_parquet(path)
        return
    # Not mapped into memory: what a broken file says of itself may lie outside of it.
    with cast("Any", arrow).OSFile(str(path)) as source:
        if head == b"ARROW1":
            reader = cast("Any", ipc).open_file(source)
            batches = (reader.get_batch(number) for number in range(reader.num_record_batches))
        else:
            batches = cast("Any", ipc).open_stream(source)
        for batch in batches:
            # Arrow believes what a file says of where texts begin and end, and reads there.
            batch.validate(full=True)
            for start in range(0, batch.num_rows, _AT_ONCE):
                yield batch.slice(start, _AT_ONCE)


def _of_parquet(path: Path) -> Iterator[Any]:
    parquet: Any = import_module("pyarrow.parquet")
    with parquet.ParquetFile(path) as table:
        schema = table.schema
        columns = [schema.column(number) for number in range(len(schema))]
        # Texts that stand there once come as such, and are not repeated for each row before they are counted.
        texts = [one.path for one in columns if one.physical_type == "BYTE_ARRAY"]
    with parquet.ParquetFile(path, read_dictionary=texts) as table:
        yield from table.iter_batches(batch_size=_AT_ONCE)


def _light(batch: Any) -> Iterator[Any]:
    """The rows in parts that fit in memory as values. Raises ValueError for a row that does not."""
    if sum(map(_weight, batch.columns)) <= _MOST_BYTES:
        yield batch
    elif batch.num_rows == 1:
        raise ValueError(f"a row of over {_MOST_BYTES // 1_000_000} MB")
    else:
        half = batch.num_rows // 2
        yield from _light(batch.slice(0, half))
        yield from _light(batch.slice(half))


def _weight(column: Any) -> int:
    """The bytes of a column's values, those that are shared counted as often as they stand there."""
    arrow: Any = import_module("pyarrow")
    compute: Any = import_module("pyarrow.compute")
    kinds, kind = arrow.types, column.type
    if kinds.is_dictionary(kind) and (kinds.is_binary(kind.value_type) or kinds.is_string(kind.value_type)):
        lengths = compute.binary_length(column.dictionary).cast(arrow.int64())
        return len(column) + (compute.sum(lengths.take(column.indices)).as_py() or 0)
    if kinds.is_list(kind) or kinds.is_large_list(kind) or kinds.is_fixed_size_list(kind):
        return len(column) + _weight(column.flatten())
    if kinds.is_struct(kind):
        return sum(map(_weight, column.flatten()))
    return column.nbytes


def _write(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        try:
            line = {"row": {str(name): plain(value) for name, value in row.items()}}
        except ValueError as error:
            line = {"wrong": str(error)}
        sys.stdout.write(json.dumps(line) + "\n")


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


if __name__ == "__main__":
    sys.exit(main())
