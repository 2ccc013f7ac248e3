"""Gates on tags that no case has: they could never be decided, and mostly the tag is misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from synterm.core.gate import Gate
from synterm.core.tree import Node
from synterm.errors import did_you_mean
from synterm.storage.case_filter import CaseFilter
from synterm.storage.project import Project
from synterm.text import one_line


def untagged(project: Project, gates: Iterable[Gate], node: Node | None = None) -> Iterator[str]:
    """What to say of the gates, of a node or over the whole, whose tag no accepted case below has. Reads the cases'
    tags where there are such gates."""
    for tag in dict.fromkeys(gate.must_pass_tag for gate in gates if gate.must_pass_tag):
        tree = project.nodes.tree()
        below = [scenario.id for scenario in tree.scenarios(node.id)] if node and node.id in tree else None
        if sum(project.cases.counts(CaseFilter(scenario_ids=below, tags=[tag])).values()):
            continue
        where = f"below {one_line(tree.path(node.id))}" if node and node.id in tree else "in the project"
        hint = did_you_mean(tag, (known for known in project.cases.tags() if known != tag))
        told = f"no case {where} has the tag {one_line(tag)}, so the gate on it can't be decided"
        yield f"{told}; {one_line(hint, 200)}" if hint else told


def all_untagged(project: Project) -> Iterator[str]:
    """The same of every gate of the project."""
    yield from untagged(project, project.gates)
    for node in project.nodes.tree().walk():
        yield from untagged(project, node.gates, node)
