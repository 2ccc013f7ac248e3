"""Where imported cases go: scenarios by their paths, made where they are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from synterm.core.ids import canonical_json
from synterm.core.tree import LEVELS, CheckConfig, Node, Tree
from synterm.errors import InputError, NotFoundError
from synterm.formats.fields import make_node
from synterm.storage.project import Project

MOST_MADE = 1000
"""So many scenarios one import makes at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """A scenario that cases go to."""

    id: str
    path: str
    made: bool


def names_of(path: str) -> list[str]:
    """The names in the path of a scenario. Raises InputError for a path that can't be one's."""
    names = [part.strip() for part in path.split("/")]
    if len(names) != len(LEVELS) or not all(names):
        hint = "give the whole path: --into 'Routing/Imported/from a file'"
        raise InputError(f"{path!r} is no scenario's path: FEATURE/BEHAVIOR/SCENARIO", hint=hint)
    return names


class Places:
    """Finds scenarios by path, and makes those that are missing."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tree = project.nodes.tree()
        self._nodes = {self._tree.path(node.id): node for node in self._tree.walk()}
        self._new: dict[str, Node] = {}
        self._unwritten: list[Node] = []
        self._known: dict[tuple[str, bytes], Place] = {}

    @property
    def made(self) -> list[Node]:
        """The scenarios that were made."""
        return [node for node in self._new.values() if node.level == "scenario"]

    @property
    def tree(self) -> Tree:
        """The tree with what was made of it."""
        return Tree([*self._tree.walk(), *self._new.values()])

    @property
    def made_ids(self) -> list[str]:
        """The ids of all nodes that were made, from the top."""
        return [node.id for node in self._new.values()]

    def path_of(self, into: str | None) -> str | None:
        """The path that ``--into`` says, as text; the only scenario's where nothing is said and there is only one."""
        if into is not None:
            try:
                return self._tree.path(self._project.nodes.find(into).id)
            except NotFoundError:
                return into
        scenarios = self._tree.scenarios()
        return self._tree.path(scenarios[0].id) if len(scenarios) == 1 else None

    def likely(self, file: str) -> str:
        """The path of the only scenario, else of one that is called like the file."""
        if only := self.path_of(None):
            return only
        feature = next((node.name for node in self._tree.walk() if node.level == "feature"), "Imported")
        name = Path(file).stem.replace("/", " ").strip()[:100]
        return f"{feature}/Imported/{''.join(char for char in name if char.isprintable()) or 'cases'}"

    def place(self, path: str, checks: Sequence[CheckConfig] = ()) -> Place:
        """The scenario at `path`, which has these checks, where a row brings some; else one beside it that has.

        Raises InputError for a path that can't be a scenario's.
        """
        wanted = canonical_json(list(checks)) if checks else b""
        key = (path, wanted)
        if key not in self._known:
            self._known[key] = self._find(path, checks, wanted)
        return self._known[key]

    def write(self) -> None:
        """Put what was made into the project, so that cases can go there."""
        if self._unwritten:
            # The checks that a file brings are somebody's word: those of plugins have to be trusted.
            self._project.nodes.put(*self._unwritten, by_user=False).result()
            self._unwritten = []

    def is_judged(self, place: Place) -> bool:
        """Whether any check holds for a scenario that was made."""
        names = place.path.split("/")
        above = ["/".join(names[:count]) for count in (1, 2, 3)]
        return any(self._nodes[path].checks for path in above)

    def _find(self, path: str, checks: Sequence[CheckConfig], wanted: bytes) -> Place:
        *above, name = names = names_of(path)
        kinds = ", ".join(dict.fromkeys(str(check["type"]) for check in checks))
        number = 1
        while True:
            full = "/".join([*above, name])
            node = self._nodes.get(full)
            if node is None or not checks or canonical_json(list(node.checks)) == wanted:
                return self._there(full, node, checks)
            name = f"{names[-1]} · {kinds}"[:190] + (f" {number}" if number > 1 else "")
            number += 1

    def _there(self, path: str, node: Node | None, checks: Sequence[CheckConfig]) -> Place:
        if node is None:
            node = self._make(path, checks)
        return Place(node.id, path, path in self._new)

    def _make(self, path: str, checks: Sequence[CheckConfig]) -> Node:
        if len(self.made) >= MOST_MADE:
            raise InputError(f"over {MOST_MADE:,} scenarios would be made", hint="is that column the right one?")
        names = path.split("/")
        parent: Node | None = None
        for depth, level in enumerate(LEVELS):
            place = "/".join(names[: depth + 1])
            node = self._nodes.get(place)
            if node is None:
                node = make_node(
                    {
                        "level": level,
                        "name": names[depth],
                        "parent_id": parent.id if parent else None,
                        "position": self._position(parent),
                        "checks": tuple(checks) if level == "scenario" else (),
                    }
                )
                self._nodes[place] = self._new[place] = node
                self._unwritten.append(node)
            parent = node
        assert parent is not None
        return parent

    def _position(self, parent: Node | None) -> int:
        parent_id = parent.id if parent else None
        there = max((node.position for node in self._tree.children(parent_id)), default=-1) + 1
        return there + sum(node.parent_id == parent_id for node in self._new.values())
