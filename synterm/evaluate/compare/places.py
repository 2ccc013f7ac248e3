"""Where in the tree a comparison's cases are, and what its sides are called."""

from __future__ import annotations

from collections.abc import Callable

from synterm.core.comparison import Side
from synterm.core.tree import Level, Tree
from synterm.evaluate.compare.chosen import Chosen

GONE = "(no longer in the tree)"
"""The behavior of cases whose scenario was removed."""


def side_of(side: Chosen) -> Side:
    """A side, as the report says it."""
    run = side.main
    return Side(
        name=side.name,
        project=side.project.name,
        run_id=run.id if run else None,
        started=run.started if run else None,
        git_commit=run.git_commit if run else None,
    )


def path_of(tree: Tree) -> Callable[[str], str]:
    """The path of a scenario; nothing where it is gone."""
    return _remembered(lambda scenario: tree.path(scenario) if scenario in tree else "")


def known_of(tree: Tree) -> Callable[[str], str]:
    """What a scenario is known by in another project too: its path; or its id, where it is gone."""
    return _remembered(lambda scenario: tree.path(scenario) if scenario in tree else scenario)


def part_of(tree: Tree, level: Level) -> Callable[[str], str]:
    """The path of the feature, behavior or scenario that a scenario's cases count for."""

    def part(scenario: str) -> str:
        line = tree.lineage(scenario) if scenario in tree else ()
        return next((tree.path(node.id) for node in line if node.level == level), GONE)

    return _remembered(part)


def parts_of(tree: Tree, level: Level) -> list[str]:
    """The paths of all nodes of a level, in the order of the tree."""
    return [tree.path(node.id) for node in tree.walk() if node.level == level]


def _remembered(path: Callable[[str], str]) -> Callable[[str], str]:
    """The same, worked out once for each scenario: it is asked for each case."""
    found: dict[str, str] = {}

    def look(scenario: str) -> str:
        if scenario not in found:
            found[scenario] = path(scenario)
        return found[scenario]

    return look
