"""From cases and variants to the evaluations to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from synterm.core.case import Case
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.recipe import Recipe, recipe_of
from synterm.core.render import Renderer
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist


@lru_cache(maxsize=32)
def renderer(body: PromptBody) -> Renderer:
    """The renderer of a prompt body, made once. Raises InputError when the prompt does not compile."""
    return Renderer(body)


def plan(cases: Iterable[Case], variant: Variant, checklist: Checklist, repeats: int = 1) -> Iterator[Task]:
    """The tasks of one variant, not rendered yet. Raises InputError when the prompt does not compile."""
    renderer(variant.body)
    recipes: dict[str, Recipe | None] = {}
    for case in cases:
        if case.scenario_id not in recipes:
            recipes[case.scenario_id] = recipe_for(variant, checklist, case.scenario_id)
        recipe = recipes[case.scenario_id]
        content = case.content_id
        for repeat in range(repeats):
            yield Task(case, variant, repeat, recipe=recipe, content=content)


def rendered(task: Task, checklist: Checklist) -> Task:
    """The task with its request; or with the problem in words, where the case lacks a value or JSON can't hold it."""
    model, body = task.variant.model, task.variant.body
    try:
        request = Request(
            model=model,
            messages=renderer(_shown_to(model, body)).render(task.case.input),
            params={**model.params, **body.params},
            constraint=checklist.constraint(task.case.scenario_id) if model.constrained else None,
            repeat=task.repeat,
            values=task.case.input if model.takes_values else None,
        )
    except InputError as error:
        return replace(task, problem=str(error))
    except TypeError as error:
        return replace(task, problem=f"the request holds what JSON can't: {error}")
    return replace(task, request=request)


def _shown_to(model: ModelSpec, body: PromptBody) -> PromptBody:
    """What of a prompt goes to a model. Few-shot examples are for models: an app would take them for earlier turns."""
    return body.model_copy(update={"examples": ()}) if model.takes_values and body.examples else body


def recipe_for(variant: Variant, checklist: Checklist, scenario_id: str) -> Recipe | None:
    """How the cases of a scenario are asked about under a variant; None for parameters that JSON can't hold."""
    constraint = checklist.constraint(scenario_id) if variant.model.constrained else None
    try:
        return recipe_of(variant.body, variant.model, constraint)
    except TypeError:
        return None  # parameters that JSON can't hold: rendering says so
