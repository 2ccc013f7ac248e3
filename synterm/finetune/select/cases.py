"""Which cases a plan names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from synterm.core.case import Case
from synterm.core.training import TrainingPlan
from synterm.core.tree import Tree
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.storage.base import chunks
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project

PAGE = 500


@dataclass(frozen=True, slots=True)
class Named:
    """The accepted cases that a plan names, in the order they were added."""

    project: Project
    keys: list[int]
    """Their row numbers."""
    counts: dict[str, int]
    """How many of them each behavior holds, by its path, in the order of the tree."""

    def pages(self) -> Iterator[list[Case]]:
        """The cases, some hundred at a time."""
        for part in chunks(self.keys, PAGE):
            if page := self.project.cases.page(part):
                yield page


def named_cases(project: Project, plan: TrainingPlan, tree: Tree) -> Named:
    """The cases of the plan's behaviors and splits that fit its queries as well.

    Raises NotFoundError for a glob that matches nothing, InputError for a query that says nothing known.
    """
    chosen = CaseFilter(scenario_ids=scenario_ids(tree, plan.behaviors))
    narrowed = read_where(project, plan.where, accepted_only=True).narrowed(chosen)
    keys: list[int] = []
    counts: dict[str, int] = {}
    for split in dict.fromkeys(plan.splits):
        listing = replace(narrowed, split=split)
        keys += project.cases.keys(listing)
        for scenario, count in project.cases.counts(listing).items():
            counts[scenario] = counts.get(scenario, 0) + count
    by_path: dict[str, int] = {}
    for scenario in tree.scenarios():
        if count := counts.get(scenario.id):
            path = behavior_path(tree, scenario.id)
            by_path[path] = by_path.get(path, 0) + count
    return Named(project, sorted(keys), by_path)


def behavior_path(tree: Tree, scenario_id: str) -> str:
    """The path of the behavior that a scenario belongs to."""
    return "/".join(node.name for node in tree.lineage(scenario_id)[:-1])
