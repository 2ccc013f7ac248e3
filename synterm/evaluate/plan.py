"""From cases and variants to the evaluations to be made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from synterm.core.case import Case
from synterm.core.evaluation import Task, Variant
from synterm.core.prompt import PromptBody
from synterm.core.render import Renderer
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist


@lru_cache(maxsize=32)
def renderer(body: PromptBody) -> Renderer:
    """The renderer of a prompt body, made once. Raises InputError when the prompt does not compile."""
    return Renderer(body)


def plan(cases: Iterable[Case], variant: Variant, checklist: Checklist, repeats: int = 1) -> Iterator[Task]:
    """The tasks of one variant, rendered as they are taken. Raises InputError when the prompt does not compile.

    A case that lacks a value gives a task with the `problem` in words, and no request; so does one whose request JSON
    can't hold.
    """
    rendering = renderer(variant.body)
    for case in cases:
        for repeat in range(repeats):
            try:
                yield Task(case, variant, repeat, _request(case, variant, rendering, checklist, repeat))
            except InputError as error:
                yield Task(case, variant, repeat, problem=str(error))


def _request(case: Case, variant: Variant, rendering: Renderer, checklist: Checklist, repeat: int) -> Request:
    model = variant.model
    try:
        return Request(
            model=model,
            messages=rendering.render(case.input),
            params={**model.params, **variant.body.params},
            constraint=checklist.constraint(case.scenario_id) if model.constrained else None,
            repeat=repeat,
        )
    except TypeError as error:
        raise InputError(f"the request holds what JSON can't: {error}") from error
