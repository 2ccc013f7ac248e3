"""From the cases that a plan names to examples that could be learnt from, before any guard has looked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from synterm.context.library import Library
from synterm.core.case import Case
from synterm.core.prompt import PromptBody
from synterm.core.training import Guard, Refusal, TrainingExample, TrainingPlan
from synterm.core.tree import Tree
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.finetune.select.answers import Chooser, torn_answers
from synterm.finetune.select.asking import Asking
from synterm.finetune.select.cases import Named, behavior_path, named_cases
from synterm.finetune.select.instructions import Instructions, phrasing_of, require_whole
from synterm.finetune.select.judging import Judging
from synterm.finetune.select.opinions import Opinion, opinions
from synterm.storage.project import Project
from synterm.storage.training import Said
from synterm.text import one_line

_SHOWN = 80
_HELP = "review an answer, give an expected one, or have a stronger model answer: --teacher MODEL"


@dataclass(slots=True)
class Candidates:
    """Examples, and what is none."""

    cases: dict[str, int]
    """How many the plan names, by the behavior's path."""
    examples: list[TrainingExample] = field(default_factory=list[TrainingExample])
    """In the order in which the cases were added. Cases of evaluation splits stand here with or without answers: the
    guards say why they are refused."""
    refusals: list[Refusal] = field(default_factory=list[Refusal])
    """Cases without any right answer."""
    torn: dict[str, list[Refusal]] = field(default_factory=dict[str, list[Refusal]])
    """By case, answers about which those who judged disagree."""


def candidates(project: Project, plan: TrainingPlan, body: PromptBody) -> Candidates:
    """Every case that the plan names, with its answers, asked as the plan says.

    Raises NotFoundError for a glob that matches nothing, InputError for a query, a prompt, an instruction or a check
    that can't be used, ProjectError where the file can't be read.
    """
    tree = project.nodes.tree()
    named = named_cases(project, plan, tree)
    making = _Making(project, plan, body, tree)
    found = Candidates(named.counts)
    for case, known in _known(project, plan, named):
        making.add(case, known, found)
    return found


def _known(project: Project, plan: TrainingPlan, named: Named) -> Iterator[tuple[Case, Sequence[Opinion]]]:
    reviewed = project.training.has_reviews()
    for page in named.pages():
        said: dict[str, list[Said]] = {}
        for _, answers in project.training.answers([case.id for case in page], plan.models):
            said |= answers
        about = opinions(project, page, said, reviewed=reviewed)
        for case in page:
            yield case, about[case.id]


class _Making:
    def __init__(self, project: Project, plan: TrainingPlan, body: PromptBody, tree: Tree) -> None:
        checklist = Checklist(tree, models=project.models.all(), library=Library.of(project))
        self._plan = plan
        self._asking = Asking(plan.prompt, body, checklist.retriever)
        self._judging = Judging(checklist, self._asking.tools)
        self._chooser = Chooser(plan, self._judging, tools=bool(self._asking.tools))
        self._instructions = Instructions(tree, plan.instructions)
        if plan.instructions:
            require_whole(body)
        self._paths = {node.id: tree.path(node.id) for node in tree.scenarios()}
        self._behaviors = {scenario: behavior_path(tree, scenario) for scenario in self._paths}

    def add(self, case: Case, known: Sequence[Opinion], found: Candidates) -> None:
        """Make the examples of a case, or say why there are none."""
        try:
            made = self._examples(case, known)
        except InputError as error:
            found.refusals.append(self._refusal(case, "no-answer", f"the prompt can't be filled: {error}"))
            return
        if isinstance(made, str):
            found.refusals.append(self._refusal(case, "no-answer", f"{made}; {_HELP}"))
            return
        found.examples += made
        if torn := [*islice(torn_answers(known), self._plan.negatives + 1)]:
            found.torn[case.id] = [self._refusal(case, "tie", why, "answer") for why in torn]

    def _examples(self, case: Case, known: Sequence[Opinion]) -> list[TrainingExample] | str:
        right, missing = self._chooser.right(case, known)
        if right is None and case.split == "train":
            return missing
        opening = right.opening if right else None
        wrong = self._chooser.wrong(case, known, right) if right else []

        def line(text: str):
            return self._asking.turn(case, text)

        label = self._judging.label(case)
        positives = (right.answer(line),) if right else ()
        negatives = tuple(one.answer(line) for one in wrong)
        return [
            TrainingExample(
                case=case,
                behavior=self._behaviors[case.scenario_id],
                scenario=self._paths[case.scenario_id],
                label=label[1] if label else "",
                prompt=self._asking.request(case, opening, instruction),
                positives=positives,
                negatives=negatives,
                difficulty=_difficulty(known),
                instruction=instruction,
                phrasing=number,
                tools=self._asking.tools,
            )
            for number, instruction in self._asked_with(case)
        ]

    def _asked_with(self, case: Case) -> Sequence[tuple[int, str]]:
        phrasings = self._instructions.of(case.scenario_id)
        if not phrasings:
            return [(0, "")]
        if self._plan.every_phrasing:
            return [*enumerate(phrasings)]
        number = phrasing_of(case.id, len(phrasings))
        return [(number, phrasings[number])]

    def _refusal(self, case: Case, guard: Guard, reason: str, what: str = "example") -> Refusal:
        return Refusal(
            guard=guard,
            case_id=case.id,
            root_id=case.root_id,
            behavior=self._behaviors[case.scenario_id],
            input=one_line(case.title, _SHOWN),
            reason=reason,
            what="answer" if what == "answer" else "example",
        )


def _difficulty(known: Sequence[Opinion]) -> float | None:
    judged = sum(one.said.judged for one in known if one.said)
    return sum(one.said.failed for one in known if one.said) / judged if judged else None


def torn_of(kept: Sequence[TrainingExample], torn: Mapping[str, Sequence[Refusal]]) -> list[Refusal]:
    """What is to be said of disputed answers, of the cases that stay."""
    return [one for case_id in dict.fromkeys(example.case.id for example in kept) for one in torn.get(case_id, ())]
