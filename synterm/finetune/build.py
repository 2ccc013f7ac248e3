"""A training set, from a plan: selected, guarded, balanced, divided."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.training import Refusal, TrainingExample, TrainingPlan, TrainingSet
from synterm.finetune.guards.apply import Watch, guard
from synterm.finetune.guards.base import refusal
from synterm.finetune.select.balance import balanced, ordered
from synterm.finetune.select.candidates import candidates, torn_of
from synterm.finetune.select.divide import divided
from synterm.finetune.select.prompt import training_prompt
from synterm.storage.project import Project


def build(project: Project, plan: TrainingPlan, watch: Watch | None = None) -> TrainingSet:
    """What a plan comes to. The same plan on the same project state gives the same.

    Nothing is asked and nothing written. `watch` is told before each guard looks. Raises NotFoundError for a prompt, a
    model or a glob that names nothing, InputError for a query, an instruction or a check that can't be used,
    ProjectError where the file can't be read.
    """
    _, body = training_prompt(project, plan.prompt)
    for name in plan.models:
        project.models.get(name)
    found = candidates(project, plan, body)
    guarded, refused = guard(project, plan, found.examples, watch)
    kept, bare = _with_right_answer(guarded)
    chosen, left_out = _as_many(kept, plan)
    refusals = (*refused, *torn_of(kept, found.torn), *bare, *found.refusals)
    return TrainingSet(
        plan=plan,
        examples=tuple(divided(chosen, plan.validation, plan.seed)),
        refusals=refusals,
        left_out=left_out,
        cases=found.cases,
    )


def _with_right_answer(examples: Sequence[TrainingExample]) -> tuple[list[TrainingExample], list[Refusal]]:
    """Those that still have a right answer, and the refusals of those whose only one a guard refused."""
    kept = [one for one in examples if one.positives]
    bare = [one for one in examples if not one.positives]
    return kept, [refusal(one, "no-answer", "its only right answer was refused") for one in bare]


def _as_many(examples: Sequence[TrainingExample], plan: TrainingPlan) -> tuple[list[TrainingExample], dict[str, int]]:
    """The first, in the plan's order, as its balance and limit have it; and how many are left out for each."""
    left = ordered(examples, plan.order)
    left_out: dict[str, int] = {}
    even = left if plan.balance is None else balanced(left, plan.balance)
    if len(even) < len(left):
        left_out["balance"] = len(left) - len(even)
    chosen = even[: plan.limit]
    if len(chosen) < len(even):
        left_out["limit"] = len(even) - len(chosen)
    return chosen, left_out
