"""What a project holds, as JSON documents: contracts with whoever reads them. ``synterm schema NAME`` prints them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Case, Origin, Split, Status
from synterm.core.document import DocumentEntry
from synterm.core.gate import Gate
from synterm.core.model import ModelSpec
from synterm.core.prompt import Prompt
from synterm.core.tree import CheckConfig, Level, Node, Tree
from synterm.storage.runs import RunRecord
from synterm.text import plural

_STATUSES: tuple[Status, ...] = ("accepted", "draft", "rejected")


class _Document(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)


class NodeRow(BaseModel):
    """A node of the behavior tree."""

    id: str
    path: str
    level: Level
    name: str
    description: str
    checks: tuple[CheckConfig, ...]
    gates: tuple[Gate, ...]
    cases: int
    """Cases of any status at or below it."""
    drafts: int = 0
    """Of them, those that wait for review."""
    rejected: int = 0

    @property
    def holds(self) -> str:
        """``26 cases``, as it is evaluated, and beside them what is not: ``26 cases, 5 drafts, 1 rejected``."""
        words = [plural(self.cases - self.drafts - self.rejected, "case")]
        words += [plural(self.drafts, "draft")] if self.drafts else []
        words += [f"{self.rejected:,} rejected"] if self.rejected else []
        return ", ".join(words)


class GateRow(BaseModel):
    """A gate and where it stands."""

    path: str
    """The node's; empty for a gate over all that a run evaluates."""
    level: Level | None
    gate: Gate
    words: str
    """What must hold, for people."""


class GateList(_Document):
    """All gates of a project: those over the whole, then those of nodes, in the order of the tree."""

    schema_version: Literal["synterm.gates/1"] = Field(default="synterm.gates/1", alias="schema")
    gates: list[GateRow]


class TreeList(_Document):
    """The behavior tree, each node before those below it."""

    schema_version: Literal["synterm.tree/1"] = Field(default="synterm.tree/1", alias="schema")
    nodes: list[NodeRow]


class CaseRow(BaseModel):
    """A case and where it stands."""

    id: str
    scenario: str
    """The scenario's path."""
    input: dict[str, Any]
    expected: Any
    tags: tuple[str, ...]
    split: Split
    status: Status
    origin: Origin
    root_id: str
    content_id: str


class CaseList(_Document):
    """Cases, in the order they were added."""

    schema_version: Literal["synterm.cases/1"] = Field(default="synterm.cases/1", alias="schema")
    cases: list[CaseRow]


class PromptList(_Document):
    """Prompts with their versions, the oldest first."""

    schema_version: Literal["synterm.prompts/1"] = Field(default="synterm.prompts/1", alias="schema")
    prompts: list[Prompt]


class CheckType(BaseModel):
    """A type of check that there is here."""

    type: str
    package: str | None
    """The package that brings it, with its version; None for what comes with synterm."""
    title: str
    """What it says, in a line; where it can't be loaded that, and why."""


class CheckTypeList(_Document):
    """The types of checks that can be used here, those of plugins first."""

    schema_version: Literal["synterm.checks/1"] = Field(default="synterm.checks/1", alias="schema")
    checks: list[CheckType]


class ModelList(_Document):
    """The models that a project names."""

    schema_version: Literal["synterm.models/1"] = Field(default="synterm.models/1", alias="schema")
    models: list[ModelSpec]


class DocumentList(_Document):
    """The documents of a project by name, without their texts."""

    schema_version: Literal["synterm.documents/1"] = Field(default="synterm.documents/1", alias="schema")
    documents: list[DocumentEntry]


class RunRow(BaseModel):
    """A run of the history."""

    id: str
    started: str
    ended: str | None
    status: Literal["running", "complete", "incomplete", "interrupted"]
    who: str
    git_commit: str | None
    config: dict[str, Any]
    totals: dict[str, Any]


class RunList(_Document):
    """Runs, the oldest first."""

    schema_version: Literal["synterm.runs/1"] = Field(default="synterm.runs/1", alias="schema")
    runs: list[RunRow]


def tree_list(tree: Tree, nodes: Iterable[Node], counts: Mapping[tuple[str, Status], int]) -> TreeList:
    """`nodes` of the tree; `counts` says how many cases of each status each scenario holds."""
    return TreeList(nodes=[_node(tree, node, counts) for node in nodes])


def gate_list(tree: Tree, whole: Iterable[Gate]) -> GateList:
    """The gates over the whole, and those of nodes."""
    rows = [GateRow(path="", level=None, gate=gate, words=gate.words) for gate in whole]
    for node in tree.walk():
        rows += [GateRow(path=tree.path(node.id), level=node.level, gate=g, words=g.words) for g in node.gates]
    return GateList(gates=rows)


def case_list(tree: Tree, cases: Iterable[Case]) -> CaseList:
    """The cases with the paths of their scenarios."""
    return CaseList(cases=[_case(tree, case) for case in cases])


def run_list(runs: Iterable[RunRecord]) -> RunList:
    """The runs."""
    return RunList(runs=[RunRow.model_validate(asdict(run)) for run in runs])


def _node(tree: Tree, node: Node, counts: Mapping[tuple[str, Status], int]) -> NodeRow:
    accepted, drafts, rejected = (
        sum(counts.get((scenario.id, status), 0) for scenario in tree.scenarios(node.id)) for status in _STATUSES
    )
    return NodeRow(
        id=node.id,
        path=tree.path(node.id),
        level=node.level,
        name=node.name,
        description=node.description,
        checks=node.checks,
        gates=node.gates,
        cases=accepted + drafts + rejected,
        drafts=drafts,
        rejected=rejected,
    )


def _case(tree: Tree, case: Case) -> CaseRow:
    return CaseRow(
        id=case.id,
        scenario=tree.path(case.scenario_id),
        input=case.input,
        expected=case.expected,
        tags=case.tags,
        split=case.split,
        status=case.status,
        origin=case.origin,
        root_id=case.root_id,
        content_id=case.content_id,
    )
