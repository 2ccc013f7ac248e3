"""The behavior tree: each node with its badges, its pass rate and its trend, in columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from synterm.core.tree import Node, Tree
from synterm.tui.behaviors.branches import RUNS, Branch, Figures, Trend, branches, join_trends
from synterm.tui.behaviors.words import LEGEND, branch_words
from synterm.tui.board.column import Counts
from synterm.tui.widgets.cells import padded
from synterm.tui.widgets.hint import hint_line
from synterm.tui.widgets.line_list import LineList

Deed = Literal["add", "edit", "remove", "up", "down", "move"]
_LEAST_NAME = 16
"""Cells of a name that the sparkline must leave; where it can't, it is not drawn."""


class BehaviorTree(LineList):
    """Features, behaviors and scenarios. Moving the cursor scopes the other panes."""

    BINDING_GROUP_TITLE = "Behaviors"
    HELP = f"""\
The pass rate of each node, and how it went in the last {RUNS} recorded runs.

{LEGEND} (a closed node also bears the badges of what it hides).
"""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "ask('add')", "New", id="behaviors.add", tooltip="Add a node below this one"),
        Binding("e", "ask('edit')", "Edit", id="behaviors.edit", tooltip="Edit name, description, checks and gates"),
        Binding("delete", "ask('remove')", "Remove", id="behaviors.remove", tooltip="Remove it with all that it holds"),
        Binding("K", "ask('up')", "Move up", id="behaviors.up", show=False, tooltip="Put it before its neighbour"),
        Binding("J", "ask('down')", "Move down", id="behaviors.down", show=False, tooltip="Put it after its neighbour"),
        Binding("M", "ask('move')", "Move to", id="behaviors.move", show=False, tooltip="Put it under another node"),
        Binding("enter,space", "turn", "Fold", id="behaviors.fold", show=False, tooltip="Open or close the node"),
        Binding("left,h", "fold", "Close", id="behaviors.close", show=False, tooltip="Close it, or go to its parent"),
        Binding("right,l", "unfold", "Open", id="behaviors.open", show=False, tooltip="Open it, or go into it"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "tree--rate",
        "tree--stale",
        "tree--bad",
        "tree--thin",
        "tree--trend",
        "tree--fold",
    }
    DEFAULT_CSS = """
    BehaviorTree {
        padding: 0 1;
        & > .tree--rate { color: $text-muted; }
        & > .tree--stale { color: $text-disabled; }
        & > .tree--bad { color: $text-error; text-style: bold; }
        & > .tree--thin { color: $text-warning; }
        & > .tree--trend { color: $text-muted; }
        & > .tree--fold { color: $text-muted; }
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

    class Asked(Message):
        """Someone wants to change the tree at a node; None stands for the whole tree."""

        def __init__(self, tree: BehaviorTree, deed: Deed, node_id: str | None) -> None:
            super().__init__()
            self.tree = tree
            self.deed: Deed = deed
            self.node_id = node_id

        @property
        def control(self) -> BehaviorTree:
            """The tree."""
            return self.tree

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tree = Tree(())
        self._figures = Figures()
        self._runs: Mapping[str, Sequence[tuple[int, int]]] = {}
        self._trends: Mapping[str, Trend] = {}
        self._branches: Mapping[str | None, Branch] = branches(self._tree, self._figures, {})
        self._folded: set[str] = set()
        self._lines: list[tuple[str | None, int]] = [(None, 0)]
        """The nodes on the screen's lines, and how deep they stand."""
        self._widths = (0, 0)
        """Cells of the badges and of the rates."""
        self._chosen: str | None = None
        self._pointed = -1

    @property
    def chosen(self) -> str | None:
        """The node under the cursor; None for the whole tree."""
        return self._lines[self.cursor][0]

    def show(self, behaviors: Tree) -> None:
        """Show a tree. What was closed stays closed, and the cursor stays on its node, or goes to what held it."""
        above = [node.id for node in self._tree.lineage(self._chosen)] if self._chosen else []
        self._tree = behaviors
        self._folded = {node_id for node_id in self._folded if node_id in behaviors}
        self._trends = join_trends(behaviors, self._runs)
        self._count()
        self._lay_out(next((node_id for node_id in reversed(above) if node_id in behaviors), None))

    def show_counts(
        self,
        counts: Mapping[str, Counts],
        totals: Mapping[str, int],
        flips: Mapping[str, tuple[int, int]] | None = None,
        roots: Mapping[str, int] | None = None,
        before: Mapping[str, Counts] | None = None,
        verdict: Callable[[str], bool | None] | None = None,
    ) -> None:
        """Show what is known of scenarios, by id: verdicts, cases in scope, (fixed, broken), lineages, and verdicts on
        the text before; and where to look up the fresh verdict on a case."""
        self._figures = Figures(counts, totals, flips or {}, roots, before or {}, verdict)
        self._count()

    def show_trends(self, trends: Mapping[str, Sequence[tuple[int, int]]]) -> None:
        """Show how scenarios did in recorded runs: (passed, judged) by scenario id, the oldest run first."""
        self._runs, self._trends = trends, join_trends(self._tree, trends)
        self._count()

    def choose(self, node_id: str | None) -> None:
        """Put the cursor on a node, and open what holds it."""
        if node_id is not None:
            self._folded -= {node.id for node in self._tree.lineage(node_id)[:-1]}
        self._lay_out(node_id)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """One node: name, badges, rate, trend."""
        node_id, depth = self._lines[index]
        branch = self._branches[node_id]
        badges, rates = self._widths
        trend = self._trend_width(width)
        mark, fold = self._mark(node_id), self._part("fold")
        indent = "  " * max(depth - 1, 0)
        name = "All behaviors" if node_id is None else self._tree[node_id].name
        room = width - len(indent) - len(mark) - badges - rates - trend - 2
        segments = [Segment(indent), Segment(mark, fold), Segment(padded(name, max(room, 1)) + " ")]
        segments += self._badges(self._shown_badges(node_id), badges)
        segments.append(Segment(f" {branch.rate:>{rates}}", self._part("stale" if branch.is_stale else "rate")))
        if trend:
            segments.append(Segment(f" {branch.sparkline:>{trend - 1}}", self._part("trend")))
        return segments

    def on_click(self, event: events.Click) -> None:
        """A click scopes; on ▸ or ▾, and when it is the second, it opens or closes."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        if place is None or row is None:
            return
        self.cursor = row
        depth = self._lines[row][1]
        start = 2 * max(depth - 1, 0)
        if event.chain == 2 or start <= place.x < start + 2:
            self.action_turn()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The tooltip tells of the node under the mouse."""
        place = event.get_content_offset(self)
        row = self.row_at(place.y) if place else None
        if row == self._pointed:
            return
        self._pointed = -1 if row is None else row
        if row is None:
            self.tooltip = None
        else:
            node_id = self._lines[row][0]
            self.tooltip = branch_words(self._node(node_id), self._branches[node_id])

    def action_ask(self, deed: Deed) -> None:
        """Ask for a change at the node under the cursor."""
        self.post_message(self.Asked(self, deed, self.chosen))

    def action_turn(self) -> None:
        """Open or close the node under the cursor."""
        node_id = self.chosen
        if node_id is not None and self._tree.children(node_id):
            self._folded ^= {node_id}
            self._lay_out(node_id)

    def action_fold(self) -> None:
        """Close the node under the cursor; go to its parent where there is nothing to close."""
        node = self._node(self.chosen)
        if node is not None and node.id not in self._folded and self._tree.children(node.id):
            self.action_turn()
        elif node is not None:
            self._lay_out(node.parent_id)

    def action_unfold(self) -> None:
        """Open the node under the cursor, or go to its first child."""
        if self.chosen in self._folded:
            self.action_turn()
        elif self._tree.children(self.chosen):
            self.cursor += 1

    @on(LineList.Highlighted)
    def _highlighted(self, event: LineList.Highlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        if self.chosen != self._chosen:
            self._chosen = self.chosen
            self.post_message(self.Scoped(self, self._chosen))

    def _node(self, node_id: str | None) -> Node | None:
        return None if node_id is None else self._tree[node_id]

    def _count(self) -> None:
        before, self._branches = self._branches, branches(self._tree, self._figures, self._trends)
        if self._branches != before:
            self._measure()
            self._pointed = -1
            self.refresh()

    def _lay_out(self, node_id: str | None) -> None:
        """Lay the open nodes out in lines, with the cursor on a node."""
        self._lines = [(None, 0), *self._open(None, 1)]
        self._measure()
        with self.prevent(LineList.Highlighted):
            self.row_count = len(self._lines)
            self.cursor = next(index for index, (line, _) in enumerate(self._lines) if line == node_id)
        self._tell()
        self.refresh()

    def _open(self, node_id: str | None, depth: int) -> Iterator[tuple[str, int]]:
        for child in self._tree.children(node_id):
            yield child.id, depth
            if child.id not in self._folded:
                yield from self._open(child.id, depth + 1)

    def _measure(self) -> None:
        shown = [(node_id, self._branches[node_id]) for node_id, _ in self._lines if node_id in self._branches]
        badges = max((len(self._shown_badges(node_id)) for node_id, _ in shown), default=0)
        self._widths = badges, max((len(branch.rate) for _, branch in shown), default=0)

    def _trend_width(self, width: int) -> int:
        """Cells of the trend with the blank before it; 0 where there is none, or no room."""
        runs = len(self._branches[None].trend)
        return runs + 1 if runs and width - sum(self._widths) - runs - 3 >= _LEAST_NAME else 0

    def _shown_badges(self, node_id: str | None) -> str:
        branch = self._branches[node_id]
        return branch.all_badges if node_id in self._folded else branch.badges

    def _badges(self, badges: str, width: int) -> Iterator[Segment]:
        yield Segment(" " * (width - len(badges)))
        for badge in badges:
            yield Segment(badge, self._part("thin" if badge == "◌" else "bad"))

    def _mark(self, node_id: str | None) -> str:
        if node_id is None:
            return ""
        if not self._tree.children(node_id):
            return "  "
        return "▸ " if node_id in self._folded else "▾ "

    def render_line(self, y: int) -> Strip:
        """One line; where there are no behaviors, below the root what to do next."""
        if self.row_count > 1 or not y:
            return super().render_line(y)
        size, style = self.scrollable_content_region.size, self.get_component_rich_style("line--hint")
        return hint_line(self.hint, y, size, style) or super().render_line(y)

    def _part(self, name: str) -> Style:
        return self.get_component_rich_style(f"tree--{name}")
