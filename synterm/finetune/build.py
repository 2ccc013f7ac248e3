"""From a plan to a training set."""

from __future__ import annotations

from synterm.core.training import TrainingPlan, TrainingSet
from synterm.finetune.guards.apply import Watch, guard
from synterm.finetune.select.balance import balanced, ordered
from synterm.finetune.select.candidates import Candidates
from synterm.finetune.select.divide import divided
from synterm.finetune.select.prompt import training_prompt
from synterm.storage.project import Project


def build(project: Project, plan: TrainingPlan, watch: Watch | None = None) -> TrainingSet:
    """What a plan comes to: what may be learnt from, balanced and divided, and what is refused.

    The same plan on the same project state gives the same. Raises NotFoundError and InputError for what the plan names
    and is not there, ModelError where a guard can't look.
    """
    _, body = training_prompt(project, plan.prompt)
    candidates = Candidates(project, plan, body)
    kept, refusals = guard(project, plan, [*candidates.examples()], watch)
    left_out: dict[str, int] = {}
    chosen = ordered(kept, plan.order)
    if plan.balance is not None:
        even = balanced(chosen, plan.balance)
        left_out["balance"] = len(chosen) - len(even)
        chosen = even
    if plan.limit is not None:
        left_out["limit"] = max(len(chosen) - plan.limit, 0)
        chosen = chosen[: plan.limit]
    examples = divided(chosen, plan.validation, plan.seed)
    return TrainingSet(
        plan=plan,
        examples=tuple(examples),
        refusals=(*candidates.refusals, *refusals),
        left_out={reason: count for reason, count in left_out.items() if count},
        cases=candidates.named,
    )
