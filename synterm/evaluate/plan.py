"""From cases and variants to the evaluations to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from synterm.core.case import Case
from synterm.core.context import without_context
from synterm.core.evaluation import Task, Variant
from synterm.core.recipe import Recipe, recipe_of
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.renderers import renderer


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
    """The task with its request; or with the problem in words, where the case lacks a value, JSON can't hold it, or
    the context that it takes can't be had. Raises ProjectError where the documents can't be read."""
    model, body = task.variant.model, task.variant.body
    try:
        made = renderer(body)
        if found := checklist.retriever.retrieve(task):
            task = replace(task, retrieval=found)
            if found.problem and made.takes_context:
                return replace(task, problem=found.problem)
        request = Request(
            model=model,
            messages=made.render(task.case.input, found) if found else made.render(task.case.input),
            params={**model.params, **without_context(body.params)},
            constraint=checklist.constraint(task.case.scenario_id) if model.constrained else None,
            repeat=task.repeat,
        )
    except InputError as error:
        return replace(task, problem=str(error))
    except TypeError as error:
        return replace(task, problem=f"the request holds what JSON can't: {error}")
    return replace(task, request=request)


def recipe_for(variant: Variant, checklist: Checklist, scenario_id: str) -> Recipe | None:
    """How the cases of a scenario are asked about under a variant; None for parameters that JSON can't hold."""
    constraint = checklist.constraint(scenario_id) if variant.model.constrained else None
    try:
        return recipe_of(variant.body, variant.model, constraint, checklist.retriever.digest(variant.body))
    except TypeError:
        return None  # parameters that JSON can't hold: rendering says so
