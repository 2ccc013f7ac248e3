"""The behavior tree in the project file."""

from __future__ import annotations

from concurrent.futures import Future

import orjson
from sqlite_utils import Database

from synterm.core.check_types import foreign_types
from synterm.core.tree import LEVELS, Level, Node, Tree
from synterm.errors import InputError, NotFoundError, did_you_mean, near
from synterm.plugins import withhold
from synterm.storage.base import Store, dump, require_json
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError, damaged
from synterm.storage.taken import Taken, put_back, take
from synterm.storage.trust import Trust
from synterm.storage.writer import Writer

_MISPLACED = (
    "SELECT 1 FROM nodes LEFT JOIN nodes AS above ON above.id = nodes.parent_id WHERE "
    "coalesce(above.level, nodes.parent_id, '') || '/' || nodes.level "
    "NOT IN ('/feature', 'feature/behavior', 'behavior/scenario') LIMIT 1"
)
"""Finds a node that is not below one of the level above its own. Without any, the nodes are a tree: no loops."""


class NodeStore(Store):
    """Features, behaviors and scenarios."""

    def __init__(self, db: Database, writer: Writer, trust: Trust) -> None:
        """`trust`: whether checks of plugins may run, which is only asked where there are any."""
        super().__init__(db, writer)
        self._renewal = trust.renewal
        self._trust = trust

    def tree(self) -> Tree:
        """The whole tree."""
        if self._row(_MISPLACED):
            raise damaged("the tree", self._writer.path)
        rows = self._rows("SELECT id, parent_id, level, name, description, position, checks, gates FROM nodes")
        with self._reading("a node of the tree"):
            tree = Tree(
                Node(
                    id=node_id,
                    parent_id=parent_id,
                    level=level,
                    name=name,
                    description=description,
                    position=position,
                    checks=orjson.loads(checks),
                    gates=orjson.loads(gates),
                )
                for node_id, parent_id, level, name, description, position, checks, gates in rows
            )
        self._withhold(tree)
        return tree

    def _withhold(self, tree: Tree) -> None:
        """Checks of plugins run only where the project is trusted; whoever makes checks has read the tree."""
        foreign = foreign_types(node.checks for node in tree.walk())
        withhold(str(self._writer.path), foreign if foreign and self._trust.restricted else ())

    def find(self, path: str) -> Node:
        """The node at ``feature/behavior/scenario``, or the only one of that name. Raises NotFoundError."""
        tree = self.tree()
        by_path = {tree.path(node.id): node for node in tree.walk()}
        if path in by_path:
            return by_path[path]
        named = [node for node in by_path.values() if node.name == path]
        if len(named) == 1:
            return named[0]
        if named:
            places = ", ".join(tree.path(node.id) for node in named)
            raise NotFoundError(f"{path!r} is the name of several: {places}", hint="give the whole path")
        hint = near(path, (node.name for node in by_path.values())) if "/" not in path else None
        raise NotFoundError(f"nothing at {path!r} in the tree", hint=hint or did_you_mean(path, by_path))

    def put(self, *nodes: Node, by_user: bool = True) -> Future[None]:
        """Add nodes, each after its parent, or replace those of the same id.

        `by_user`: their checks are the user's own word, so that a trusted project stays trusted with them.

        Raises InputError for checks that JSON can't hold; so does the future for a name that a sibling has, or a
        place where a node of that level can't stand.
        """
        for node in nodes:
            require_json(node.model_dump(), f"{node.level} {node.name}")

        def work(db: Database) -> None:
            for node in nodes:
                _put(db, node)
            if db.conn.execute(_MISPLACED).fetchone():
                raise InputError("scenarios stand in behaviors, behaviors in features", where="parent")

        return self._renewal.submit(self._writer, "plugins", work) if by_user else self._writer.submit(work)

    def remove(self, node_id: str) -> Future[None]:
        """Remove a node with all nodes and cases below it."""

        def work(db: Database) -> None:
            db.conn.execute("DELETE FROM nodes WHERE id = ?", (node_id,))

        return self._renewal.submit(self._writer, "plugins", work)

    def take(self, node_id: str) -> Future[Taken]:
        """Remove a node with all nodes and cases below it, and give the rows, to be put back."""
        below = f"id IN ({_BELOW})"
        levels = [("nodes", f"{below} AND level = '{level}'", (node_id,)) for level in LEVELS]
        cases = ("cases", f"scenario_id IN ({_BELOW})", (node_id,))

        def work(db: Database) -> Taken:
            return take(db, *levels, cases)

        return self._renewal.submit(self._writer, "plugins", work)

    def put_back(self, taken: Taken) -> Future[None]:
        """Put back what `take` gave: the same ids, texts and order.

        The future raises InputError for a name that a sibling has by now, or a parent that is gone.
        """

        def work(db: Database) -> None:
            _put_back(db, taken)

        return self._renewal.submit(self._writer, "plugins", work)


def child_level(parent: Node | None) -> Level:
    """The level below `parent`. Raises InputError below a scenario."""
    if parent is None:
        return LEVELS[0]
    if parent.level == LEVELS[-1]:
        raise InputError(f"{parent.name!r} is a scenario: cases stand below it, no further nodes")
    return LEVELS[LEVELS.index(parent.level) + 1]


_BELOW = (
    "WITH RECURSIVE below (id) AS (VALUES (?) UNION SELECT nodes.id FROM nodes JOIN below ON parent_id = below.id) "
    "SELECT id FROM below"
)
"""The ids of a node and of all nodes below it."""


def _put_back(db: Database, taken: Taken) -> None:
    try:
        put_back(db, taken)
    except DatabaseError as error:
        if "nodes_by_name" in str(error):
            raise InputError("something of that name stands there by now", hint="give it another name first") from error
        if "FOREIGN KEY" in str(error):
            raise InputError("the place that it stood in is gone", hint="put that back first") from error
        raise


def _put(db: Database, node: Node) -> None:
    gates = [gate.model_dump(mode="json") for gate in node.gates]
    try:
        db.conn.execute(
            "INSERT INTO nodes (id, parent_id, level, name, description, position, checks, gates, updated) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, "
            "level = excluded.level, name = excluded.name, description = excluded.description, "
            "position = excluded.position, checks = excluded.checks, gates = excluded.gates, "
            "updated = excluded.updated",
            (
                node.id,
                node.parent_id,
                node.level,
                node.name,
                node.description,
                node.position,
                dump(list(node.checks)),
                dump(gates),
                now(),
            ),
        )
    except DatabaseError as error:
        if "nodes_by_name" in str(error):
            raise InputError(f"there is a {node.level} named {node.name!r} here already", where="name") from error
        raise
