"""The near-duplicates of a project as a JSON document: a contract. ``synterm schema duplicates`` prints it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, Split, Status
from synterm.core.tree import Tree
from synterm.describe.duplicates import By, Duplicates


class DuplicateRow(BaseModel):
    """A case that is near to others."""

    id: str
    scenario: str
    """The scenario's path."""
    input: dict[str, Any]
    expected: Any
    split: Split
    status: Status
    root_id: str
    likeness: float
    """How near its input is to the first one's, 0 to 1."""


class DuplicateGroup(BaseModel):
    """Cases each of which is near to another one of them, the one that was added first at the head."""

    cases: list[DuplicateRow]
    expected_differs: bool
    """Whether they expect different results: one may be wrong."""
    splits_differ: bool
    """Whether they are in different splits: what is learned on one is known of the other."""


class DuplicateList(BaseModel):
    """The groups of near-duplicates among the cases that were looked through."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.duplicates/1"] = Field(default="synterm.duplicates/1", alias="schema")
    by: By
    like: float
    """From so near on two cases are near-duplicates."""
    cases: int
    """How many were looked through."""
    redundant: int
    """How many could go if one of each group stayed."""
    groups: list[DuplicateGroup]


def duplicate_list(
    tree: Tree, found: Sequence[Duplicates], cases: Sequence[Case], *, by: By, like: float, looked: int
) -> DuplicateList:
    """The document; `cases` holds those of all groups."""
    known = {case.id: case for case in cases}
    groups = [_group(tree, group, known) for group in found]
    redundant = sum(len(group.cases) - 1 for group in groups)
    return DuplicateList(by=by, like=like, cases=looked, redundant=redundant, groups=groups)


def _group(tree: Tree, group: Duplicates, known: dict[str, Case]) -> DuplicateGroup:
    rows = [
        DuplicateRow(
            id=case.id,
            scenario=tree.path(case.scenario_id),
            input=case.input,
            expected=case.expected,
            split=case.split,
            status=case.status,
            root_id=case.root_id,
            likeness=likeness,
        )
        for case_id, likeness in zip(group.ids, group.likeness, strict=True)
        if (case := known.get(case_id))
    ]
    return DuplicateGroup(
        cases=rows,
        expected_differs=any(row.expected != rows[0].expected for row in rows),
        splits_differ=any(row.split != rows[0].split for row in rows),
    )
