"""Drafts as documents, for programs and for spreadsheets: what waits for review, and what was rejected and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, Split, Status, value_text
from synterm.core.decision import Decision, cause_of, decisions_of
from synterm.core.tree import Tree
from synterm.formats.row_files import Kind, loud

COLUMNS = ("decision", "reason", "input", "expected", "seed", "why", "scenario", "split", "tags", "id")
"""Of a spreadsheet; what people write stands first."""


class DraftRow(BaseModel):
    """A case that waits for review, or was rejected."""

    id: str
    scenario: str
    """Its path."""
    input: dict[str, Any] | str
    """Named values; a text alone where there is only one."""
    expected: Any
    seed: dict[str, Any] | str | None
    """What the case says that it was made of; None where there is none."""
    why: str
    """What is in doubt about it, or why it was rejected."""
    split: Split
    tags: list[str]
    status: Status
    decision: str = ""
    """To be filled in: accept, reject or restore; empty: left open."""
    reason: str = ""
    """To be filled in, for a rejection."""
    decisions: list[Decision]
    """What was decided about it, the first decision first."""


class DraftList(BaseModel):
    """Cases that wait for review, or were rejected."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.drafts/1"] = Field(default="synterm.drafts/1", alias="schema")
    drafts: list[DraftRow]


def draft_row(case: Case, seed: Case | None, tree: Tree, doubt: str) -> DraftRow:
    """The row of a case. `doubt`: what is in doubt about a draft, in words."""
    return DraftRow(
        id=case.id,
        scenario=tree.path(case.scenario_id) if case.scenario_id in tree else "",
        input=plain_input(case.input),
        expected=case.expected,
        seed=plain_input(seed.input) if seed else None,
        why=cause_of(case) if case.status == "rejected" else doubt,
        split=case.split,
        tags=list(case.tags),
        status=case.status,
        decisions=decisions_of(case),
    )


def plain_input(values: dict[str, Any]) -> dict[str, Any] | str:
    """Named values; the text alone where there is only one, and that is a text."""
    only = next(iter(values.values())) if len(values) == 1 else None
    return only if isinstance(only, str) else values


def draft_file(rows: Iterable[DraftRow], kind: Kind) -> Iterator[str]:
    """The rows as a file that ``synterm review --drafts --import`` reads."""
    return _csv(rows) if kind == "csv" else (row.model_dump_json() + "\n" for row in rows)


def cell(value: Any) -> str:
    """A value as a cell shows it: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else value_text(value)


def _csv(rows: Iterable[DraftRow]) -> Iterator[str]:
    # Spreadsheets tell UTF-8 by its mark.
    yield "\ufeff" + _line(COLUMNS)
    for row in rows:
        shown = {**dict(row), "tags": " ".join(row.tags)}
        yield _line([loud(cell(shown[name])) for name in COLUMNS])


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
