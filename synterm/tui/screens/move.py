"""Picking the scenario that cases move to."""

from __future__ import annotations

from synterm.core.tree import Tree
from synterm.text import plural
from synterm.tui.screens.choose import ChooseScreen


class MoveScreen(ChooseScreen):
    """Shows the scenarios of a project by their paths. Dismissed with the id of one, or None."""

    def __init__(self, tree: Tree, count: int) -> None:
        """`count`: how many cases move."""
        scenarios = [(node.id, tree.path(node.id)) for node in tree.scenarios()]
        super().__init__(f"Move {plural(count, 'case')} to", scenarios)
