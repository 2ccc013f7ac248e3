"""Changing the behavior tree in the workbench. Every change can be taken back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual import on, work

from synterm.core.tree import LEVELS, Node, Tree
from synterm.evaluate.gates.untagged import untagged
from synterm.storage.nodes import child_level
from synterm.storage.project import Project
from synterm.text import one_line, plural
from synterm.tui.behaviors.branches import RUNS
from synterm.tui.behaviors.form import NOTE, edited_node, node_fields
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import Field, Values
from synterm.tui.screens.workbench.editing import EditingScreen, Step, removal, written
from synterm.tui.widgets.tree import BehaviorTree


class TreeEditing(EditingScreen):
    """Does what is asked for in the tree."""

    @on(BehaviorTree.Asked)
    def _tree_asked(self, event: BehaviorTree.Asked) -> None:
        event.stop()
        if not self.may_edit():
            return
        if event.deed == "add":
            self._add_node(event.control)
        elif event.node_id is None:
            self.notify("This is the whole tree; n adds a feature to it.", markup=False)
        else:
            self._change_node(event, self.session.tree[event.node_id])

    def _change_node(self, event: BehaviorTree.Asked, node: Node) -> None:
        if event.deed == "edit":
            self._edit_node(node)
        elif event.deed == "remove":
            self._remove_node(node)
        elif event.deed == "move":
            self._move_node(event.control, node)
        else:
            self._step_node(node, -1 if event.deed == "up" else 1)

    @work
    async def _add_node(self, shown: BehaviorTree) -> None:
        """A child of the chosen node; beside it, where it is a scenario."""
        tree, nodes = self.session.tree, self.session.project.nodes
        at = tree[shown.chosen] if shown.chosen else None
        parent = tree[at.parent_id] if at and at.level == "scenario" and at.parent_id else at
        level, parent_id = child_level(parent), parent.id if parent else None
        made: list[Node] = []

        async def save(values: Values) -> None:
            node = edited_node(values, level=level, parent_id=parent_id, position=_end(tree, parent_id))
            remove = written(lambda: nodes.remove(node.id))
            await self.make_edit(f"{level} {node.name} added", self._putting(node), remove)
            made.append(node)

        place = f" in {parent.name}" if parent else ""
        if await self.ask_form(f"New {level}{place}", node_fields(None), save, NOTE):
            self.project_edited()
            shown.choose(made[0].id)

    @work
    async def _edit_node(self, node: Node) -> None:
        async def save(values: Values) -> None:
            new = edited_node(values, **node.model_dump(include={"id", "level", "parent_id", "position"}))
            await self.make_edit(f"{node.level} {new.name} changed", self._putting(new), self._putting(node))
            for told in untagged(self.session.project, new.gates, node):
                self.notify(told, severity="warning", markup=False)

        if await self.ask_form(f"Edit {node.level} {node.name}", node_fields(node), save, NOTE):
            self.project_edited()

    @work
    async def _remove_node(self, node: Node) -> None:
        tree, nodes = self.session.tree, self.session.project.nodes
        counts = self.session.project.cases.counts()
        cases = sum(counts.get(below.id, 0) for below in tree.scenarios(node.id))
        levels = [below.level for below in tree.walk(node.id)]
        parts = [plural(levels.count(level), level) for level in LEVELS if level in levels]
        goes = " and ".join(filter(None, (", ".join(parts), plural(cases, "case"))))
        text = f"{node.level.capitalize()} {one_line(node.name, 80)!r} goes with {goes}.\nu takes it back."
        if await self.app.push_screen_wait(ConfirmScreen(f"Remove {node.name}", text, "Remove")):
            label = f"{node.level} {node.name} removed with {goes}"
            await self.try_edit(label, *removal(lambda: nodes.take(node.id), nodes.put_back))

    @work
    async def _step_node(self, node: Node, by: int) -> None:
        """One place up or down among its siblings."""
        before = self.session.tree.children(node.parent_id)
        at = before.index(node)
        if not 0 <= at + by < len(before):
            return
        order = before.copy()
        order.insert(at + by, order.pop(at))
        after = [sibling.model_copy(update={"position": place}) for place, sibling in enumerate(order)]
        await self.try_edit(f"{node.level} {node.name} moved", self._putting(*after), self._putting(*before))

    @work
    async def _move_node(self, shown: BehaviorTree, node: Node) -> None:
        tree = self.session.tree
        level = LEVELS[LEVELS.index(node.level) - 1]
        places = [(tree.path(other.id), other.id) for other in tree.walk() if other.level == level]
        if node.level == LEVELS[0] or len(places) < 2:
            self.notify(f"There is no other place for this {node.level}.", markup=False)
            return

        async def save(values: Values) -> None:
            parent = tree[values["to"]]
            if parent.id == node.parent_id:
                return
            moved = node.model_copy(update={"parent_id": parent.id, "position": _end(tree, parent.id)})
            label = f"{node.level} {node.name} moved to {parent.name}"
            await self.make_edit(label, self._putting(moved), self._putting(node))

        field = Field("to", f"To which {level}", node.parent_id or "", "choice", choices=places)
        if await self.ask_form(f"Move {node.name}", [field], save):
            self.project_edited()
            shown.choose(node.id)

    def _putting(self, *nodes: Node) -> Step:
        return written(lambda: self.session.project.nodes.put(*nodes))

    @work(group="roots", exclusive=True, exit_on_error=False)
    async def learn_roots(self) -> None:
        """Find out how many lineages the cases of each scenario come from."""
        self.session.roots = await asyncio.to_thread(_roots, self.session.project.path)
        self.painter.show_titles()

    @work(group="trends", exclusive=True, exit_on_error=False)
    async def learn_trends(self) -> None:
        """Find out how each scenario did in the last recorded runs."""
        prompt, model = self.session.prompt, self.session.model
        names = (prompt.name if prompt else "", model.name if model else "")
        self.query_one(BehaviorTree).show_trends(await asyncio.to_thread(_trends, self.session.project.path, *names))


def _end(tree: Tree, parent_id: str | None) -> int:
    """The position after all children of a node."""
    return max((node.position for node in tree.children(parent_id)), default=-1) + 1


def _trends(path: Path, prompt: str, model: str) -> dict[str, list[tuple[int, int]]]:
    """By scenario, an entry for each of the last runs of this prompt under this model."""
    with Project.look(path) as project:
        found = project.trends.recent(RUNS, prompt=prompt, model=model)
    runs = sorted({trend.run_id for trends in found.values() for trend in trends})
    by_run = {scenario: {trend.run_id: trend for trend in trends} for scenario, trends in found.items()}
    return {
        scenario: [(trends[run].passed, trends[run].judged) if run in trends else (0, 0) for run in runs]
        for scenario, trends in by_run.items()
    }


def _roots(path: Path) -> dict[str, int]:
    with Project.look(path) as project:
        return project.cases.roots()
