"""All guards, one after the other: those against leaks first, which nothing turns off."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synterm.core.training import Guard, Refusal, TrainingExample, TrainingPlan
from synterm.finetune.guards.base import Kept, Known
from synterm.finetune.guards.lineage import refuse_relatives
from synterm.finetune.guards.near_duplicate import refuse_near
from synterm.finetune.guards.no_answer import refuse_blank
from synterm.finetune.guards.private import refuse_private
from synterm.finetune.guards.prompt_leak import refuse_leaking
from synterm.finetune.guards.same_answer import refuse_same
from synterm.finetune.guards.split import refuse_evaluated
from synterm.finetune.guards.tie import refuse_ties
from synterm.finetune.guards.too_long import refuse_long
from synterm.storage.project import Project

Watch = Callable[[Guard, int], None]
"""Called before each guard looks, with how many examples it will look at."""

GUARDS: dict[Guard, Callable[[Known, Sequence[TrainingExample]], Kept]] = {
    "split": refuse_evaluated,
    "lineage": refuse_relatives,
    "near-duplicate": refuse_near,
    "prompt-leak": refuse_leaking,
    "no-answer": refuse_blank,
    "same-answer": refuse_same,
    "tie": refuse_ties,
    "too-long": refuse_long,
    "private": refuse_private,
}
"""In the order in which they look: what one refuses, the next does not see."""
OF_CASES: tuple[Guard, ...] = ("split", "lineage", "near-duplicate")
"""Those that look at nothing but what is asked."""


def guard(
    project: Project, plan: TrainingPlan, examples: Sequence[TrainingExample], watch: Watch | None = None
) -> tuple[list[TrainingExample], list[Refusal]]:
    """What may be learnt from, and what is refused and why, each in the order given.

    What is let through may have lost single answers, and has its tokens counted. The same project state, plan and
    examples give the same. Raises InputError for a plan whose `near` is too low to tell anything, NotFoundError for
    a prompt that is not there, ModelError where a guard can't look: nothing is let through unseen.
    """
    return _guarded(Known(project, plan), examples, tuple(GUARDS), watch)


def leaks(
    project: Project, plan: TrainingPlan, examples: Sequence[TrainingExample]
) -> tuple[list[TrainingExample], list[Refusal]]:
    """The same by what is asked alone, for cases that have no answer yet: what is refused then, no answer would mend.

    Raises InputError as `guard` does.
    """
    return _guarded(Known(project, plan), examples, OF_CASES, None)


def _guarded(
    known: Known, examples: Sequence[TrainingExample], guards: Sequence[Guard], watch: Watch | None
) -> tuple[list[TrainingExample], list[Refusal]]:
    left, refusals = list(examples), list[Refusal]()
    for name in guards:
        if not left:
            break
        if watch:
            watch(name, len(left))
        kept = GUARDS[name](known, left)
        left = kept.examples
        refusals += kept.refusals
    return left, refusals
