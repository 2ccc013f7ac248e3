"""The behavior tree: features hold behaviors, behaviors hold scenarios, scenarios hold cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.gate import Gate
from synterm.core.ids import canonical_json, content_id, new_id

Level = Literal["feature", "behavior", "scenario"]
LEVELS: tuple[Level, ...] = ("feature", "behavior", "scenario")

CheckConfig = dict[str, Any]
"""A check as the project holds it: ``{"type": "label", "labels": […], …}``."""


class Node(BaseModel):
    """One node of the tree. Checks and gates of a node hold for all scenarios below it."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=new_id)
    level: Level
    name: str = Field(min_length=1, max_length=200)
    parent_id: str | None = None
    description: str = ""
    position: int = 0
    checks: tuple[CheckConfig, ...] = ()
    gates: tuple[Gate, ...] = ()


class Tree:
    """All nodes of a project, in the order people gave them."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        ordered = sorted(nodes, key=lambda node: (node.position, node.id))
        self._nodes = {node.id: node for node in ordered}
        self._children: dict[str | None, list[Node]] = {}
        for node in ordered:
            self._children.setdefault(node.parent_id, []).append(node)

    def __getitem__(self, node_id: str) -> Node:
        return self._nodes[node_id]

    def __eq__(self, other: object) -> bool:
        return self._said() == other._said() if isinstance(other, Tree) else NotImplemented

    __hash__ = None  # pyright: ignore[reportAssignmentType]

    def _said(self) -> bytes:
        # By value, a check's ``1`` would be ``true``.
        return canonical_json([node.model_dump(mode="json") for node in self._nodes.values()])

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def children(self, node_id: str | None) -> list[Node]:
        """The nodes right below `node_id`; the features for None."""
        return self._children.get(node_id, [])

    def walk(self, node_id: str | None = None) -> Iterator[Node]:
        """All nodes below `node_id`, each before its children."""
        for child in self.children(node_id):
            yield child
            yield from self.walk(child.id)

    def lineage(self, node_id: str) -> list[Node]:
        """The node and those above it, the feature first."""
        line: list[Node] = []
        current: str | None = node_id
        while current is not None:
            node = self._nodes[current]
            line.append(node)
            current = node.parent_id
        return line[::-1]

    def path(self, node_id: str) -> str:
        """``Routing/Out of scope/off-topic``."""
        return "/".join(node.name for node in self.lineage(node_id))

    def scenarios(self, node_id: str | None = None) -> list[Node]:
        """The scenarios at or below `node_id`; all for None."""
        if node_id is not None and self._nodes[node_id].level == "scenario":
            return [self._nodes[node_id]]
        return [node for node in self.walk(node_id) if node.level == "scenario"]

    def checks(self, scenario_id: str) -> tuple[CheckConfig, ...]:
        """The checks that hold for a scenario: those above it first, then its own."""
        return tuple(check for node in self.lineage(scenario_id) for check in node.checks)

    def checks_id(self, scenario_id: str) -> str:
        """A name for the checks that hold for a scenario: equal for equal checks."""
        return content_id("checks", self.checks(scenario_id))[:16]
