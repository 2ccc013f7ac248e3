"""The checks of each scenario, made ready to judge, with what they and the requests find in the documents."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from synterm.checks.base import Answer, Check, Grades
from synterm.checks.judge import judge, judgement
from synterm.checks.question import Question
from synterm.checks.registry import load_check
from synterm.checks.withheld import Withheld
from synterm.context.library import Library
from synterm.core.completion import Completion
from synterm.core.evaluation import CheckResult, Evaluation, Task
from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.request import Constraint
from synterm.core.tree import CheckConfig, Tree
from synterm.errors import InputError, did_you_mean
from synterm.evaluate.inquiry import Inquiry, inquiry
from synterm.evaluate.retriever import Retriever


class Checklist:
    """Checks by scenario. Raises InputError, naming the scenario, for a check that can't be made."""

    def __init__(
        self,
        tree: Tree,
        grades: Grades | None = None,
        models: Iterable[ModelSpec] = (),
        library: Library | None = None,
        form: Callable[[Check], Check | None] | None = None,
    ) -> None:
        """`grades` keeps the verdicts of checks that cost something; `models` are those that checks can ask; `library`
        has the documents that prompts take context from; `form` gives what judges in place of a check, None: nothing.
        """
        self._form = form
        self.retriever = Retriever(library)
        self._grades = grades
        self._models = {model.name: model for model in models}
        self._loaded: dict[bytes, Check | None] = {}
        self._by_scenario = {node.id: self._load(tree, node.id) for node in tree.scenarios()}
        self._asking = {
            scenario: asking
            for scenario, checks in self._by_scenario.items()
            if (asking := tuple(check for check in checks if check.asks))
        }
        self._plain: dict[str, bool] = {}
        self._cold = [check for check in self._loaded.values() if check is not None and _loads(check)]

    def of(self, scenario_id: str) -> Sequence[Check]:
        """The checks that hold for a scenario, in order."""
        return self._by_scenario.get(scenario_id, ())

    @property
    def scenarios(self) -> Sequence[str]:
        """The ids of all scenarios."""
        return [*self._by_scenario]

    def model(self, name: str) -> ModelSpec:
        """A model of the project, to judge or to play a user. Raises InputError when there is none of that name."""
        if name not in self._models:
            near = did_you_mean(name, self._models)
            raise InputError(f"{name!r} is no model of the project" + (f"; {near}" if near else ""))
        return self._models[name]

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

    @property
    def judges(self) -> Sequence[ModelSpec]:
        """The models that checks ask."""
        names = {name for checks in self._asking.values() for check in checks for name in check.judges}
        return [model for name, model in self._models.items() if name in names]

    def inquire(self, task: Task, completion: Completion) -> Inquiry | None:
        """What is to be asked before an answer can be judged; None: nothing."""
        checks = self._asking.get(task.case.scenario_id)
        if checks is None or not completion.outcome.answered:
            return None
        answer = Answer(completion, task.case, retrieval=self.retriever.retrieve(task))
        asked = [question for check in checks for question in _questions(check, answer)]
        return inquiry(task, completion, asked, self._models)

    def judge(self, task: Task, completion: Completion, asked: Inquiry | None = None) -> Evaluation:
        """The verdict on one answer. `asked`: what was to be asked for it, with the replies.

        Raises ProjectError where the documents that it is about can't be read.
        """
        answer = self.answer(task, completion, asked)
        results, passed, score = judge(self.of(task.case.scenario_id), answer)
        return Evaluation(task, completion, tuple(results), passed, score, asked.completions if asked else ())

    def answer(self, task: Task, completion: Completion, asked: Inquiry | None = None) -> Answer:
        """What the checks of an answer look at. Raises ProjectError where its documents can't be read."""
        variant = task.variant
        tools: Any = variant.body.params.get("tools", variant.model.params.get("tools"))
        retrieval = self.retriever.retrieve(task)
        return Answer(completion, task.case, self._grades, asked.replies if asked else {}, tools or (), retrieval)

    def abstained(self, task: Task, completion: Completion, why: str) -> Evaluation:
        """An answer that no check can be asked about, and why."""
        checks = self.of(task.case.scenario_id)
        found = judgement(
            completion.outcome, checks, lambda check: replace(CheckResult.abstain(check.type, why), metric=check.metric)
        )
        return Evaluation(task, completion, *found)

    def plain(self, scenario_id: str) -> bool:
        """Whether the verdicts of a scenario's checks need nothing but the answer and its case: no other model, no
        verdict that was paid for, and nobody's leave."""
        if scenario_id not in self._plain:
            self._plain[scenario_id] = not any(
                part.asks or part.costs or isinstance(part, Withheld) for part in self.parts(scenario_id)
            )
        return self._plain[scenario_id]

    def _load(self, tree: Tree, scenario_id: str) -> tuple[Check, ...]:
        try:
            made = (self._check(config) for config in tree.checks(scenario_id))
            return tuple(check for check in made if check is not None)
        except InputError as error:
            raise InputError(error.message, hint=error.hint, where=f"checks of {tree.path(scenario_id)}") from error

    def _check(self, config: CheckConfig) -> Check | None:
        # Scenarios that inherit the same check share one.
        key = canonical_json(config)
        if key not in self._loaded:
            check = load_check(config)
            self._loaded[key] = self._form(check) if self._form else check
        return self._loaded[key]


def _questions(check: Check, answer: Answer) -> Sequence[Question]:
    try:
        return check.questions(answer)
    except Exception:  # noqa: BLE001 - a check may come from a plugin; asked to judge, it says what it lacks
        return ()


def _labels_of(check: Check) -> Sequence[str]:
    return getattr(check, "labels", ())


def _warm(checks: Sequence[Check]) -> None:
    for check in checks:
        with contextlib.suppress(Exception):  # a check may come from a plugin; asked to judge, it says what it lacks
            check.warm()


def _loads(check: Check) -> bool:
    """Whether any of its parts has something to load."""
    return any(type(part).warm is not Check.warm for part in check.parts())
