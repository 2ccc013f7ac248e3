"""Numbers of prompt versions that two people gave to different texts."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from synterm.core.evaluation import variant_name
from synterm.storage.base import dump
from synterm.storage.merge.scratch import Scratch


class Renumbered(NamedTuple):
    """A version that is called otherwise than in one of the files."""

    file: int
    prompt: str
    was: int
    now: int


def note_numbers(scratch: Scratch) -> None:
    """Remember what each version is called in the files, before they are settled."""
    scratch.run("CREATE TABLE numbers AS SELECT DISTINCT file, prompt_id, body_id, number FROM prompt_versions")


def number_versions(scratch: Scratch) -> list[Renumbered]:
    """Give versions new numbers where two have the same: by when they were kept, then by number and name.

    Versions of a prompt whose numbers are all different keep them. Gives what is called otherwise than it was.
    """
    clashing = scratch.rows(
        "SELECT DISTINCT prompt_id FROM prompt_versions GROUP BY prompt_id, number HAVING count(*) > 1"
    )
    for (prompt_id,) in clashing:
        rows = scratch.rows(
            "SELECT rowid FROM prompt_versions WHERE prompt_id = ? ORDER BY created, number, body_id", [prompt_id]
        )
        for number, (rowid,) in enumerate(rows, 1):
            scratch.run("UPDATE prompt_versions SET number = ? WHERE rowid = ?", [number, rowid])
    _follow(scratch)
    found = scratch.rows(
        "SELECT numbers.file, prompts.name, numbers.number, now.number FROM numbers "
        "JOIN prompt_versions AS now USING (body_id) JOIN prompts ON prompts.id = now.prompt_id "
        "WHERE numbers.file > 0 AND (numbers.prompt_id = now.prompt_id OR numbers.prompt_id NOT IN "
        "(SELECT id FROM prompts)) AND now.number <> numbers.number ORDER BY 1, 2, 3"
    )
    return [Renumbered(*row) for row in found]


def _follow(scratch: Scratch) -> None:
    """Have runs call versions what they are called now."""
    label = (
        "(SELECT 'v' || min(number) FROM prompt_versions JOIN prompts ON prompts.id = prompt_id "
        "WHERE prompts.name = run_columns.prompt AND prompt_versions.body_id = run_columns.body_id)"
    )
    rows = scratch.rows(
        f"SELECT pk, run_id, prompt, version, body_id, model_name, {label} FROM run_columns "
        f"WHERE version GLOB 'v[0-9]*' AND version <> {label}"
    )
    runs: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        scratch.run("UPDATE run_columns SET version = ? WHERE pk = ?", [row[6], row[0]])
        runs.setdefault(row[1], []).append(row)
    for run_id, columns in runs.items():
        _rename(scratch, run_id, columns)


def _rename(scratch: Scratch, run_id: str, columns: list[tuple[Any, ...]]) -> None:
    [(config_text, totals_text)] = scratch.rows("SELECT config, totals FROM runs WHERE id = ?", [run_id])
    config, totals = orjson.loads(config_text), orjson.loads(totals_text)
    for _, _, prompt, was, body_id, model, now in columns:
        for variant in _dicts(config, "variants"):
            if (variant.get("body"), variant.get("model")) == (body_id, model):
                variant["version"] = now
        for variant in _dicts(totals, "variants"):
            if variant.get("name") == variant_name(prompt, was, model):
                variant["name"] = variant_name(prompt, now, model)
    scratch.run("UPDATE runs SET config = ?, totals = ? WHERE id = ?", [dump(config), dump(totals), run_id])


def _dicts(document: Any, name: str) -> list[dict[str, Any]]:
    found: Any = document.get(name) if isinstance(document, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []  # pyright: ignore[reportUnknownVariableType]
