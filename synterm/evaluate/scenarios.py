"""Which scenarios the globs of a command or a plan name."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from synterm.core.tree import Tree
from synterm.errors import NotFoundError, did_you_mean


def scenario_ids(tree: Tree, globs: Sequence[str]) -> list[str] | None:
    """The ids of all scenarios at or below what the globs match, by path or by name; None without globs.

    Raises NotFoundError for a glob that matches nothing.
    """
    if not globs:
        return None
    texts = {node.id: (tree.path(node.id), node.name) for node in tree.walk()}
    found: dict[str, None] = {}
    for glob in globs:
        matched = [node_id for node_id, (path, name) in texts.items() if fits(path, glob) or fits(name, glob)]
        if not matched:
            known = (path for path, _ in texts.values())
            raise NotFoundError(f"nothing in the tree matches {glob!r}", hint=did_you_mean(glob, known))
        found.update((scenario.id, None) for node_id in matched for scenario in tree.scenarios(node_id))
    return list(found)


def fits(text: str, glob: str) -> bool:
    """Whether a path or a name is that of a glob, whatever its case."""
    return text == glob or fnmatchcase(text.casefold(), glob.casefold())
