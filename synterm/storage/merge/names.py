"""What people call the things of which files say different things, and what they say."""

from __future__ import annotations

from typing import Any

import orjson

from synterm.core.case import input_text, value_text
from synterm.storage.merge.scratch import Scratch
from synterm.storage.merge.settle import Values

_PATH = """
WITH RECURSIVE up (name, parent, depth) AS (
    SELECT name, parent_id, 0 FROM nodes WHERE id = ?1
    UNION SELECT nodes.name, nodes.parent_id, depth + 1 FROM nodes JOIN up ON nodes.id = parent WHERE depth < 3
) SELECT group_concat(name, '/' ORDER BY depth DESC) FROM (SELECT min(name) AS name, depth FROM up GROUP BY depth)
"""
_KINDS = {
    "meta": "project",
    "prompts": "prompt",
    "prompt_versions": "version",
    "models": "model",
    "documents": "document",
    "cases": "case",
    "reviews": "review",
    "baselines": "baseline",
    "generations": "generation",
    "findings": "finding",
    "tunings": "tuning",
    "traffic_logs": "log",
    "traffic": "logged call",
}
_FIELDS = {"content_id": "content", "scenario_id": "scenario", "parent_id": "place", "run_id": "run", "spec": "model"}


def kind_of(table: str, values: Values) -> str:
    """``case``, ``scenario`` …"""
    return str(values["level"]) if table == "nodes" else _KINDS[table]


def name_of(scratch: Scratch, table: str, values: Values) -> str:
    """What people call a row."""
    if table == "nodes":
        above = path_of(scratch, values["parent_id"])
        return f"{above}/{values['name']}" if above else str(values["name"])
    if table == "cases":
        said = _content(scratch, values["content_id"])
        return f"{said[0]} ({path_of(scratch, values['scenario_id']) or 'a scenario that is gone'})"
    if table == "prompt_versions":
        found = scratch.rows("SELECT name FROM prompts WHERE id = ?", [values["prompt_id"]])
        return f"{found[0][0] if found else values['prompt_id']}@v{values['number']}"
    return str(values.get("name") or values.get("key") or values.get("id"))


def field_of(column: str) -> str:
    """What people call a column."""
    return _FIELDS.get(column, column)


def text_of(scratch: Scratch, column: str, value: Any) -> str:
    """What is said, for people."""
    if column == "content_id":
        given, expected = _content(scratch, value)
        return f"{given} → {expected}" if expected else given
    if column in ("scenario_id", "parent_id"):
        return path_of(scratch, value)
    if isinstance(value, bytes):
        return value.hex()
    return "" if value is None else str(value)


def path_of(scratch: Scratch, node_id: str | None) -> str:
    """``Routing/Out of scope/off-topic``; empty where there is no such node."""
    return scratch.one(_PATH, [node_id]) or ""


def _content(scratch: Scratch, content_id: str) -> tuple[str, str]:
    rows = scratch.rows("SELECT input, expected FROM contents WHERE id = ?", [content_id])
    if not rows:
        return str(content_id), ""
    try:
        return input_text(orjson.loads(rows[0][0])), value_text(orjson.loads(rows[0][1]))
    except (AttributeError, TypeError, ValueError):
        return str(rows[0][0]), str(rows[0][1])
