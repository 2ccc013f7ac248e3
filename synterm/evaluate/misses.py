"""Why an answer was not in the project file: the nearest thing that was asked before, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synterm.core.evaluation import Task
from synterm.storage.responses import Asked, ResponseStore

_PARTS = ("prompt", "model", "endpoint", "params", "labels", "schema", "documents", "rendering")
"""The parts of a recipe; where as much differs elsewhere, a difference in the first ones is told."""


_MANY = 1000
"""How many answers are looked at where some of them don't count."""


def why_missed(task: Task, responses: ResponseStore, before: int | None = None) -> str:
    """Why the file serves no answer to `task`, in a few words.

    `before`: why it served none while it held only the rows before that one, such as the answer's own.
    """
    recipe = task.recipe
    if recipe is None:
        return "its request can't be made"
    asked = _asked(task.case.content_id, responses, before)
    if not asked:
        known = before is None and responses.asked_with(recipe.id)
        return "a case that was never asked about" if known else "never asked: a new case, or nothing was asked so far"
    nearest = min(asked, key=lambda one: len(_differing(one.recipe, recipe.body)))
    differing = _differing(nearest.recipe, recipe.body)
    if not differing:
        return _same(nearest, task.repeat)
    return "; ".join(_difference(part, nearest.recipe, recipe.body) for part in differing)


def _asked(content_id: str, responses: ResponseStore, before: int | None) -> list[Asked]:
    if before is None:
        return responses.recipes_for(content_id)
    return [asked for asked in responses.recipes_for(content_id, _MANY) if asked.pk < before]


def _same(asked: Asked, repeat: int) -> str:
    if repeat:
        return "this repeat was never asked for"
    if asked.outcome.keepable:
        return "an answer is there, and was asked for afresh"
    return f"the last answer was {asked.outcome.value}, which is not served again"


def _differing(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return [part for part in _PARTS if before.get(part) != now.get(part)]


def _difference(part: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if part == "prompt":
        return "the prompt says something else"
    if part == "params":
        return ", ".join(_params(before.get(part) or {}, now.get(part) or {}))
    if part == "documents":
        return "the documents that context is taken from changed"
    if part in ("labels", "schema"):
        return f"the {part} that answers are held to changed"
    if part == "rendering":
        return "this synterm renders prompts in another way"
    return f"the {part} was {before.get(part) or 'its own'}, is {now.get(part) or 'its own'}"


def _params(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = sorted(name for name in {*before, *now} if before.get(name) != now.get(name))
    return [f"{name} was {before.get(name, 'not set')}, is {now.get(name, 'not set')}" for name in names]
