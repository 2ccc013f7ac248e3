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
from synterm.finetune.build import build
from synterm.finetune.guards.apply import OF_CASES, leaks
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
    """Answers that passed and teach nothing all the same: too low a score, against people's verdict, by a guard."""
    errors: Counter[str] = field(default_factory=Counter[str])
    """Evaluations without a verdict, by the reason."""
    missing: int = 0
    """Cases that were not come to."""


def unanswered(project: Project, plan: TrainingPlan, body: PromptBody) -> Unanswered:
    """The cases of a plan without a right answer, for whoever is asked with the prompt `body`.

    Raises as `build` does.
    """
    found = build(project, _whole(plan))
    wanted = sorted({one.case_id for one in found.refusals if one.guard == "no-answer" and one.what == "example"})
    needed = renderer(body).variables
    cases = project.cases.named(wanted)
    fit = [case for case in cases if needed <= names_of(case.input)]
    behaviors = {one.case_id: one.behavior for one in found.refusals}
    kept, refused = leaks(project, plan, [_asked(case, behaviors[case.id]) for case in fit])
    refused += [one for one in found.refusals if one.guard in OF_CASES]
    known = len({example.case.id for example in found.examples})
    return Unanswered([one.case for one in kept], refused, len(cases) - len(fit), known)


def taught(project: Project, plan: TrainingPlan, asked: Sequence[Case], run_id: str) -> Taught:
    """What a run over cases came to: how many have a right answer by now, and why the others have none."""
    wanted = {case.id for case in asked}
    right = {example.case.id for example in build(project, _whole(plan)).examples} & wanted
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


def _whole(plan: TrainingPlan) -> TrainingPlan:
    """The same without leaving out what is not wrong."""
    return plan.model_copy(update={"balance": None, "limit": None})


def teacher_variant(name: str, body: PromptBody, model: ModelSpec) -> Variant:
    """The column of a run that asks a teacher; `name`: ``router@v2``."""
    prompt, _, version = name.partition("@")
    return Variant(prompt, version, body, model)


def _asked(case: Case, behavior: str) -> TrainingExample:
    """A case without its answer, as guards look at it."""
    return TrainingExample(case=case, behavior=behavior, scenario="", label="", prompt=(), positives=(), negatives=())
