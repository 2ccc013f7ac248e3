"""The gates over a whole project, in the project file: a list of them as JSON, among what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
from pydantic import TypeAdapter
from sqlite_utils import Database

from synterm.core.gate import Gate
from synterm.storage.base import dump, require_json
from synterm.storage.connect import damaged

_GATES = TypeAdapter(tuple[Gate, ...])


def read_gates(value: str, path: Path) -> tuple[Gate, ...]:
    """The gates that the file at `path` holds as `value`. Raises ProjectError for what synterm never wrote."""
    try:
        return _GATES.validate_python(orjson.loads(value))
    except (TypeError, ValueError) as error:
        raise damaged("the gates", path) from error


def put_gates(gates: Sequence[Gate]) -> Callable[[Database], None]:
    """The work of writing them. Raises InputError for what JSON can't hold."""
    said = [gate.model_dump(mode="json") for gate in gates]
    require_json(said, "gates")

    def work(db: Database) -> None:
        if not said:
            db.conn.execute("DELETE FROM meta WHERE key = 'gates'")
            return
        db.conn.execute(
            "INSERT INTO meta (key, value) VALUES ('gates', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (dump(said),),
        )

    return work
