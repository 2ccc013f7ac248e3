"""The cases that a plan names, each with its request and its answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from synterm.context.library import Library
from synterm.core.case import Case, Split
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.review import Review
from synterm.core.training import Refusal, TrainingExample, TrainingPlan
from synterm.core.tree import Tree
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.plan import rendered
from synterm.evaluate.query.where import read_where
from synterm.evaluate.scenarios import scenario_ids
from synterm.finetune.guards.base import HIDDEN
from synterm.finetune.select.answers import Answers, Said
from synterm.finetune.select.instructions import chosen, instructed, phrasings
from synterm.storage.base import chunks
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.storage.training import Given
from synterm.text import one_line

_SHOWN = 80
_PAGE = 500
_ASKED = ModelSpec(name="training", model="openai/training")
"""Stands for whatever is trained: nothing is asked. An OpenAI model, so that a request is a plain chat."""


class Candidates:
    """Makes examples of cases, before anything is refused or left out."""

    def __init__(self, project: Project, plan: TrainingPlan, body: PromptBody) -> None:
        self._project = project
        self._plan = plan
        self._tree = project.nodes.tree()
        self._checklist = Checklist(self._tree, models=project.models.all(), library=Library.of(project))
        self._prompt, _, self._version = plan.prompt.partition("@")
        self._body = body
        self._variants: dict[str, Variant] = {}
        self._answers = Answers(plan, self._checklist, self._variant(""))
        self.refusals: list[Refusal] = []
        """Of cases that nothing can be learnt from."""
        self.named: dict[str, int] = {}
        """How many cases the plan names, by the behavior's path."""

    def examples(self) -> Iterator[TrainingExample]:
        """By case id; a case under every phrasing that the plan puts it under."""
        for page in chunks(self._cases(), _PAGE):
            keyed = [(case.id, case.content_id) for case in page]
            given = dict(self._project.training.given(keyed, self._plan.models))
            people = self._people(page, given)
            for case in page:
                yield from self._of(case, given.get(case.id, {}), people.get(case.id, {}))

    def _cases(self) -> Iterable[Case]:
        scenarios = scenario_ids(self._tree, self._plan.behaviors)
        where = read_where(self._project, self._plan.where, accepted_only=True)
        found: dict[str, Case] = {}
        for split in self._plan.splits:
            narrowed = where.narrowed(CaseFilter(scenario_ids=scenarios, split=split))
            found |= {case.id: case for case in self._project.cases.select(narrowed)}
        return (found[case_id] for case_id in sorted(found))

    def _people(self, page: Sequence[Case], given: Mapping[str, Mapping[str, Given]]) -> dict[str, Said]:
        contents = {case.id: case.content_id for case in page}
        wanted = [(contents[case_id], name) for case_id, answers in given.items() for name in answers]
        reviews = self._project.reviews.for_outputs(wanted)
        found: dict[str, dict[str, list[Review]]] = {}
        for case_id, answers in given.items():
            for name in answers:
                if said := reviews.get((contents[case_id], name)):
                    found.setdefault(case_id, {})[name] = said
        return dict(found)

    def _of(self, case: Case, given: Mapping[str, Given], people: Said) -> Iterator[TrainingExample]:
        behavior, scenario = behavior_of(self._tree, case.scenario_id), self._tree.path(case.scenario_id)
        self.named[behavior] = self.named.get(behavior, 0) + 1
        right, why = self._answers.right(case, given, people)
        if right is None:
            self._refuse(case, behavior, why or "nothing says what is right: no answer passed, and none is expected")
            return
        wrong = self._answers.wrong(given, people, right)
        judged = sum(one.passed + one.failed for one in given.values())
        failed = sum(one.failed for one in given.values())
        known = phrasings(self._plan, behavior, scenario)
        for number in chosen(self._plan, case.id, known) if known else [-1]:
            instruction = known[number] if known else ""
            variant = self._variant(instruction)
            task = rendered(Task(case, variant), self._checklist)
            if task.request is None:
                self._refuse(case, behavior, f"the prompt can't be filled in: {task.problem}")
                return
            yield TrainingExample(
                case=case,
                behavior=behavior,
                scenario=scenario,
                label=self._answers.label(case),
                prompt=task.request.messages,
                positives=(right,),
                negatives=tuple(wrong),
                difficulty=failed / judged if judged else None,
                instruction=instruction,
                phrasing=max(number, 0),
                tools=_tools(variant.body.params),
            )

    def _variant(self, instruction: str) -> Variant:
        if instruction not in self._variants:
            body = instructed(self._body, instruction) if instruction else self._body
            self._variants[instruction] = Variant(self._prompt, self._version, body, _ASKED)
        return self._variants[instruction]

    def _refuse(self, case: Case, behavior: str, reason: str) -> None:
        shown = HIDDEN if case.split in _HELD_OUT else one_line(case.title, _SHOWN)
        self.refusals.append(
            Refusal(
                guard="no-answer",
                case_id=case.id,
                root_id=case.root_id,
                behavior=behavior,
                input=shown,
                reason=reason,
            )
        )


_HELD_OUT: tuple[Split, ...] = ("holdout",)


def behavior_of(tree: Tree, scenario_id: str) -> str:
    """The path of the behavior that a scenario belongs to."""
    return "/".join(node.name for node in tree.lineage(scenario_id)[:-1])


def _tools(params: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    tools: Any = params.get("tools")
    return tuple(cast("Sequence[dict[str, Any]]", tools)) if isinstance(tools, list | tuple) else ()
