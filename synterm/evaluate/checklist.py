"""The checks of each scenario, made ready to judge, with what they and the requests find in the documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from synterm.checks.base import Answer, Check, Grades
from synterm.checks.judge import judge
from synterm.checks.registry import load_check
from synterm.context.library import Library
from synterm.core.completion import Completion
from synterm.core.evaluation import Evaluation, Task
from synterm.core.ids import canonical_json
from synterm.core.request import Constraint
from synterm.core.tree import CheckConfig, Tree
from synterm.errors import InputError
from synterm.evaluate.retriever import Retriever


class Checklist:
    """Checks by scenario. Raises InputError, naming the scenario, for a check that can't be made."""

    def __init__(self, tree: Tree, grades: Grades | None = None, library: Library | None = None) -> None:
        """`grades` keeps the verdicts of checks that cost something; `library` has the documents that prompts take
        context from."""
        self.retriever = Retriever(library)
        self._grades = grades
        self._loaded: dict[bytes, Check] = {}
        self._by_scenario = {node.id: self._load(tree, node.id) for node in tree.scenarios()}
        self._cold = [check for check in self._loaded.values() if _loads(check)]

    def of(self, scenario_id: str) -> Sequence[Check]:
        """The checks that hold for a scenario, in order."""
        return self._by_scenario.get(scenario_id, ())

    @property
    def scenarios(self) -> Sequence[str]:
        """The ids of all scenarios."""
        return [*self._by_scenario]

    def constraint(self, scenario_id: str) -> Constraint | None:
        """What an answer could be held to: the first that a check of the scenario names."""
        return next((held for check in self.of(scenario_id) if (held := check.constraint())), None)

    def labels(self) -> tuple[str, ...]:
        """All labels that label checks know, in the order of the tree."""
        known = (label for scenario in self._by_scenario for part in self.parts(scenario) for label in _labels_of(part))
        return tuple(dict.fromkeys(known))

    def parts(self, scenario_id: str) -> Sequence[Check]:
        """The same as `of`, with the checks of sets in place of the sets."""
        return [part for check in self.of(scenario_id) for part in check.parts()]

    @property
    def is_warm(self) -> bool:
        """Whether nothing is to be loaded any more before the first verdict."""
        return not self._cold

    async def warm(self) -> None:
        """Load in a thread what checks judge with, an embedding model for one: `judge` would load it on the event loop.

        Sweeps wait for it before they judge the first answer. Where no check has anything to load no thread is started.
        """
        if self._cold:
            await asyncio.to_thread(_warm, self._cold)
            self._cold = []

    def judge(self, task: Task, completion: Completion) -> Evaluation:
        """The verdict on one answer. Raises ProjectError where the documents that it is about can't be read."""
        answer = Answer(completion, task.case, grades=self._grades, retrieval=self.retriever.retrieve(task))
        results, passed, score = judge(self.of(task.case.scenario_id), answer)
        return Evaluation(task, completion, tuple(results), passed, score)

    def _load(self, tree: Tree, scenario_id: str) -> tuple[Check, ...]:
        try:
            return tuple(self._check(config) for config in tree.checks(scenario_id))
        except InputError as error:
            raise InputError(error.message, hint=error.hint, where=f"checks of {tree.path(scenario_id)}") from error

    def _check(self, config: CheckConfig) -> Check:
        # Scenarios that inherit the same check share one.
        key = canonical_json(config)
        if key not in self._loaded:
            self._loaded[key] = load_check(config)
        return self._loaded[key]


def _labels_of(check: Check) -> Sequence[str]:
    return getattr(check, "labels", ())


def _warm(checks: Sequence[Check]) -> None:
    for check in checks:
        check.warm()


def _loads(check: Check) -> bool:
    """Whether any of its parts has something to load."""
    return any(type(part).warm is not Check.warm for part in check.parts())
