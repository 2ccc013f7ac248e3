"""The behavior tree, with the pass rate of each node."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.widgets import Tree as TreeWidget
from textual.widgets.tree import TreeNode

from synterm.core.tree import Tree
from synterm.text import one_line
from synterm.tui.column import Counts
from synterm.tui.titles import rate_text

_NAME_WIDTH = 40


class BehaviorTree(TreeWidget[str | None]):
    """Features, behaviors and scenarios. Moving the cursor scopes the other panes."""

    DEFAULT_CSS = """
    BehaviorTree {
        background: transparent; padding: 0 1; scrollbar-size-vertical: 1; overflow-x: hidden;
        &:focus { background-tint: transparent; }
    }
    """

    class Scoped(Message):
        """Another node is chosen: `node_id`, or None for the whole tree."""

        def __init__(self, tree: BehaviorTree, node_id: str | None) -> None:
            super().__init__()
            self.tree = tree
            self.node_id = node_id

        @property
        def control(self) -> BehaviorTree:
            """The tree."""
            return self.tree

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(Text("All behaviors"), None, id=id)
        self._behaviors = Tree(())
        self._counts: Mapping[str, Counts] = {}
        self._totals: Mapping[str, int] = {}
        self.guide_depth = 2
        self.auto_expand = False

    def show(self, behaviors: Tree) -> None:
        """Show a tree, all of it open."""
        self._behaviors = behaviors
        self.clear()
        self.root.expand()
        self._add(self.root, None)

    def show_counts(self, counts: Mapping[str, Counts], totals: Mapping[str, int]) -> None:
        """Show verdicts, counted by scenario id, of as many cases as `totals` says are in scope."""
        self._counts, self._totals = counts, totals
        self._invalidate()
        self.refresh()

    def on_tree_node_highlighted(self, event: TreeWidget.NodeHighlighted[str | None]) -> None:
        """The cursor stands on another node."""
        event.stop()
        self.post_message(self.Scoped(self, event.node.data))

    def render_label(self, node: TreeNode[str | None], base_style: Style, style: Style) -> Text:
        """The name, and passed of judged."""
        mark = "" if not node.allow_expand else "▾ " if node.is_expanded else "▸ "
        text = Text(mark, base_style, no_wrap=True, end="")
        name = "All behaviors" if node.data is None else self._behaviors[node.data].name
        text.append(one_line(name, _NAME_WIDTH), style)
        text.append("  ")
        text.append(self._rate(node.data), Style(dim=True))
        return text

    def _add(self, parent: TreeNode[str | None], node_id: str | None) -> None:
        for child in self._behaviors.children(node_id):
            label = Text(one_line(child.name, _NAME_WIDTH))
            if child.level == "scenario":
                parent.add_leaf(label, child.id)
            else:
                self._add(parent.add(label, child.id, expand=True), child.id)

    def _rate(self, node_id: str | None) -> str:
        scenarios = {node.id for node in self._behaviors.scenarios(node_id)}
        counts = Counts()
        for scenario in scenarios & self._counts.keys():
            counts.passed += self._counts[scenario].passed
            counts.failed += self._counts[scenario].failed
        total = sum(self._totals.get(scenario, 0) for scenario in scenarios)
        is_scenario = node_id is not None and self._behaviors[node_id].level == "scenario"
        if is_scenario and counts.judged == total > 0:
            return f"{counts.passed}/{total}"
        return rate_text(counts, total)
