"""From cases and variants to the evaluations to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from synterm.core.case import Case
from synterm.core.context import without_context
from synterm.core.dialog import NAME, dialog_of, is_dialog, opened
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.recipe import Recipe, recipe_of
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.conversation import WORDING
from synterm.evaluate.renderers import renderer


def plan(
    cases: Iterable[Case],
    variant: Variant,
    checklist: Checklist,
    repeats: int = 1,
    *,
    first: int = 0,
    judgings: int = 1,
) -> Iterator[Task]:
    """The tasks of one variant, not rendered yet: `repeats` for each case, without those before `first`.

    With `judgings`, each of the answers is judged so often, which makes as many repeats of each. Raises InputError when
    the prompt does not compile.
    """
    renderer(variant.body)
    recipes: dict[tuple[str, str | None], Recipe | None] = {}
    for case in cases:
        kind = (case.scenario_id, user_of(case.input) if NAME in case.input else None)
        if kind not in recipes:
            recipes[kind] = recipe_for(variant, checklist, *kind)
        recipe = recipes[kind]
        content = case.content_id
        for repeat in range(first, repeats * judgings):
            answer = None if judgings == 1 else repeat // judgings
            yield Task(case, variant, repeat, recipe=recipe, content=content, answer=answer)


def rendered(task: Task, checklist: Checklist) -> Task:
    """The task with its request; or with the problem in words, where the case lacks a value, JSON can't hold it, or
    the context that it takes can't be had. Raises ProjectError where the documents can't be read."""
    model, body, values = task.variant.model, task.variant.body, task.case.input
    try:
        made, spec = renderer(shown_to(model, body)), dialog_of(values)
        if found := checklist.retriever.retrieve(task):
            task = replace(task, retrieval=found)
            if found.problem and made.takes_context:
                return replace(task, problem=found.problem)
        filled = opened(values)
        request = Request(
            model=model,
            messages=made.render(filled, found) if found else made.render(filled),
            params={**model.params, **without_context(body.params)},
            constraint=checklist.constraint(task.case.scenario_id) if model.constrained else None,
            repeat=task.made,
            dialog=None if spec is None else {"case": values[NAME], **_held_by(spec.user or "", checklist)},
            values=values if model.takes_values else None,
        )
    except InputError as error:
        return replace(task, problem=str(error))
    except TypeError as error:
        return replace(task, problem=f"the request holds what JSON can't: {error}")
    return replace(task, request=request)


def shown_to(model: ModelSpec, body: PromptBody) -> PromptBody:
    """What of a prompt goes to a model. Few-shot examples are for models: an app would take them for earlier turns."""
    return body.model_copy(update={"examples": ()}) if model.takes_values and body.examples else body


def recipe_for(variant: Variant, checklist: Checklist, scenario_id: str, user: str | None = None) -> Recipe | None:
    """How the cases of a scenario are asked about under a variant; None for parameters that JSON can't hold.

    `user`: for dialogs, the name of the model that plays the user; empty where the lines are given.
    """
    constraint = checklist.constraint(scenario_id) if variant.model.constrained else None
    try:
        dialog = None if user is None else _held_by(user, checklist)
        documents = checklist.retriever.digest(variant.body)
        return recipe_of(variant.body, variant.model, constraint, dialog, documents)
    except (TypeError, InputError):
        return None  # parameters that JSON can't hold, a user that is no model: rendering says so


def user_of(values: Mapping[str, Any]) -> str | None:
    """The name of the model that plays the user of a dialog, empty where its lines are given; None: no dialog."""
    return str(values[NAME].get("user") or "") if is_dialog(values) else None


def _held_by(user: str, checklist: Checklist) -> dict[str, Any]:
    """What decides how a dialog goes besides the app and the case: the model that plays the user, and its part.

    Raises InputError when the project has no such model.
    """
    if not user:
        return {"wording": WORDING}
    model = checklist.model(user)
    return {"wording": WORDING, "user": {"model": model.resolved, "endpoint": model.api_base, "params": model.params}}
