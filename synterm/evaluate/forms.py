"""The checks of a project in two forms: as they judge where something is expected, and as they do where nothing is."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.checks.base import Check
from synterm.checks.registry import load_check
from synterm.core.tree import Tree
from synterm.evaluate.checklist import Checklist
from synterm.storage.project import Project

ASKS = "it asks a model, and judges are left out"
EXPECTS = "it judges by what is expected, and nothing is"


class Forms:
    """Checklists for answers of which it is known what was expected, and for those of which it is not.

    Raises InputError, naming the scenario, for a check that can't be made.
    """

    def __init__(self, project: Project, tree: Tree, *, judges: bool = True) -> None:
        """`judges`: whether checks that ask a model take part."""
        self._tree = tree
        self._judges = judges
        models = project.models.all()
        self.full = Checklist(tree, project.grades, models, form=self._kept)
        self.unexpecting = Checklist(tree, project.grades, models, form=self._bare)

    def of(self, *, expected: bool) -> Checklist:
        """The checks that judge an answer; `expected`: whether it is known what was."""
        return self.full if expected else self.unexpecting

    def differ(self, scenario_id: str) -> bool:
        """Whether it makes a difference to the checks of a scenario if something is expected."""
        full, bare = self.full.of(scenario_id), self.unexpecting.of(scenario_id)
        return any(check.unexpecting() is not check for check in full) or len(full) != len(bare)

    def left_out(self, scenario_id: str, *, expected: bool) -> Iterator[tuple[str, str]]:
        """The checks of a scenario that judge nothing: the type of each, and why."""
        for config in self._tree.checks(scenario_id):
            check = load_check(config)
            if not self._judges and check.asks:
                yield check.type, ASKS
            elif not expected and check.unexpecting() is None:
                yield check.type, EXPECTS

    async def warm(self) -> None:
        """Load what checks judge with."""
        await self.full.warm()
        await self.unexpecting.warm()

    def _kept(self, check: Check) -> Check | None:
        return check if self._judges or not check.asks else None

    def _bare(self, check: Check) -> Check | None:
        kept = self._kept(check)
        return None if kept is None else kept.unexpecting()
