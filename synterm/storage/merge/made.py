"""Cases that were generated or imported together: in a merged file they can be taken back as in the files before."""

from __future__ import annotations

from typing import Any

import orjson

from synterm.core.generation import AS_MADE, GENERATION, fingerprint_of, untouched_row
from synterm.storage.base import dump
from synterm.storage.merge.scratch import Scratch

_ROW = "origin, content_id, scenario_id, tags, status, split"
_GENERATION = f"CASE WHEN json_valid(origin) THEN origin ->> '$.detail.{GENERATION}' END"


def follow(scratch: Scratch, old: str, new: str) -> None:
    """Put the cases of the scenario `old` into `new`, which is the same: that changes none of them."""
    scratch.db.conn.create_function("moved", 7, _moved, deterministic=True)
    scratch.run(f"UPDATE cases SET origin = moved({_ROW}, :new), scenario_id = :new WHERE scenario_id = :old", locals())


def leave_out_undone(scratch: Scratch) -> int:
    """Leave out the cases of generations that one side took back, but for those that somebody changed; gives how many.

    Their record says that they were taken back: without the base it would come back with nothing to take back.
    """
    scratch.db.conn.create_function("unchanged", 6, untouched_row, deterministic=True)
    undone = "SELECT id FROM generations WHERE status = 'undone'"
    if not scratch.rows(f"{undone} LIMIT 1"):
        return 0
    return scratch.run(f"DELETE FROM cases WHERE {_GENERATION} IN ({undone}) AND unchanged({_ROW})")


def _moved(origin: str, name: str, scenario_id: str, tags: str, status: str, split: str, new: str) -> str:
    if not untouched_row(origin, name, scenario_id, tags, status, split):
        return origin
    told: dict[str, Any] = orjson.loads(origin)
    told["detail"][AS_MADE] = fingerprint_of(told["kind"], name, new, orjson.loads(tags), status, split)
    return dump(told)
