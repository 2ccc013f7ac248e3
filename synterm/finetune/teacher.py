"""A stronger model's answers: asked for where nothing says what is right, and counted where the checks pass them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.dialog import names_of
from synterm.core.evaluation import Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.training import Refusal, TrainingExample, TrainingPlan
from synterm.evaluate.plan import renderer
from synterm.finetune.guards.apply import leaks
from synterm.finetune.select.candidates import Candidates, behavior_of
from synterm.storage.project import Project
from synterm.text import one_line

_REASON = 80


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Cases that a plan names and that no answer is known for."""

    cases: Sequence[Case]
    """Those that a teacher can be asked about, by id."""
    refused: Sequence[Refusal]
    """Those that would be refused whatever was answered: nothing is paid for them."""
    unfit: int
    """Those that lack a value which the prompt needs."""
    known: int
    """How many have a right answer already."""


@dataclass(slots=True)
class Taught:
    """What came of asking."""

    right: int = 0
    """Cases that have a right answer now."""
    failed: Counter[str] = field(default_factory=Counter[str])
    """Answers that the checks fail, by the reason."""
    short: int = 0
    """Answers that passed, with less than the score that a plan asks for, or against people's verdict."""
    errors: Counter[str] = field(default_factory=Counter[str])
    """Evaluations without a verdict, by the reason."""
    missing: int = 0
    """Cases that were not come to."""


def unanswered(project: Project, plan: TrainingPlan, body: PromptBody) -> Unanswered:
    """The cases of a plan without a right answer, by `body` its prompt.

    Raises InputError for queries that say nothing known, and NotFoundError for behaviors.
    """
    candidates = Candidates(project, plan, body)
    known = {example.case.id for example in candidates.examples()}
    wanted = sorted({refusal.case_id for refusal in candidates.refusals} - known)
    needed = renderer(body).variables
    cases = project.cases.named(wanted)
    fit = [case for case in cases if needed <= names_of(case.input)]
    tree = project.nodes.tree()
    kept, refused = leaks(project, plan, [_asked(case, behavior_of(tree, case.scenario_id)) for case in fit])
    return Unanswered([one.case for one in kept], refused, len(cases) - len(fit), len(known))


def taught(project: Project, plan: TrainingPlan, body: PromptBody, asked: Sequence[Case], run_id: str) -> Taught:
    """What a run over cases came to: how many have a right answer by now, and why the others have none.

    `body` is the prompt that the plan learns from, whatever the teacher was asked with.
    """
    wanted = {case.id for case in asked}
    examples = Candidates(project, plan, body).examples()
    right = {example.case.id for example in examples} & wanted
    found, seen = Taught(right=len(right)), set[str]()
    for one in project.runs.recorded(run_id):
        seen.add(one.case_id)
        if one.passed is None:
            found.errors[one_line(one.error or "no check gave a verdict", _REASON)] += 1
        elif not one.passed:
            failed = (check.reason for check in one.checks if check.passed is False)
            found.failed[one_line(next(failed, one.outcome.value), _REASON)] += 1
        elif one.case_id not in right:
            found.short += 1
    found.missing = len(wanted - seen)
    return found


def teacher_variant(name: str, body: PromptBody, model: ModelSpec) -> Variant:
    """The column of a run that asks a teacher; `name`: ``router@v2``."""
    prompt, _, version = name.partition("@")
    return Variant(prompt, version, body, model)


def _asked(case: Case, behavior: str) -> TrainingExample:
    """A case without its answer, as guards look at it."""
    return TrainingExample(case=case, behavior=behavior, scenario="", label="", prompt=(), positives=(), negatives=())
