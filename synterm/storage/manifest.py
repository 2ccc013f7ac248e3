"""What a project file asks for, read from its tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson
from sqlite_utils import Database

from synterm.core.capabilities import NOTHING, Capabilities, capabilities_of
from synterm.core.check_types import foreign_types
from synterm.core.model import ModelSpec

_Rows = tuple[list[tuple[Any, ...]], ...]
_QUERIES = (
    "SELECT spec FROM models",
    # What is under way at a provider is asked for again with what stands there.
    "SELECT spec FROM batches WHERE state IN ('begun', 'running')",
    "SELECT body ->> '$.reached' FROM tunings WHERE body ->> '$.status' = 'running'",
    "SELECT DISTINCT body -> '$.params' FROM prompt_bodies WHERE body -> '$.params' <> '{}'",
    "SELECT DISTINCT draft -> '$.params' FROM prompts WHERE draft -> '$.params' <> '{}'",
    "SELECT DISTINCT checks FROM nodes WHERE checks <> '[]'",
)


class ManifestReader:
    """Reads it on one connection; what did not change since is not put together again."""

    def __init__(self) -> None:
        self._rows: _Rows | None = None
        self._made = NOTHING

    def read(self, db: Database) -> Capabilities:
        """What the project asks for now. Raises SQLite's error, TypeError and ValueError for rows that synterm never
        wrote."""
        rows: _Rows = tuple(db.conn.execute(query).fetchall() for query in _QUERIES)
        if rows != self._rows:
            self._made = _made(rows)
            self._rows = rows
        return self._made


def _made(rows: _Rows) -> Capabilities:
    models, batches, tunings, bodies, drafts, checks = rows
    specs = [ModelSpec.model_validate_json(spec) for (spec,) in (*models, *batches, *tunings) if spec is not None]
    return capabilities_of(specs, _params((*bodies, *drafts)), foreign_types(orjson.loads(one) for (one,) in checks))


def _params(rows: tuple[tuple[Any, ...], ...]) -> Iterator[dict[str, Any]]:
    for (text,) in rows:
        params: object = orjson.loads(text)
        if not isinstance(params, dict):
            raise ValueError("parameters of a prompt are no object")
        yield cast("dict[str, Any]", params)
