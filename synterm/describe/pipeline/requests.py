"""From questions to requests: what a generator asks, as a call to a model."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Constraint, Request
from synterm.describe.generators.base import Question
from synterm.providers.known_params import param_problem

_SEEDED = ("embedded", "openai", "azure", "mistral", "ollama", "hosted_vllm")
"""Whose models take a seed; others refuse the call."""
_SIZES = ("max_tokens", "max_completion_tokens")


def random_of(*names: object) -> Random:
    """Random numbers that are the same for the same names."""
    return Random("/".join(map(str, names)))  # noqa: S311 - the same each time


def number_of(*names: object) -> int:
    """A number below 2³¹ for the same names."""
    digest = hashlib.sha256("/".join(map(str, names)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4], "big") >> 1


def written(question: Question, model: ModelSpec, number: int) -> Request:
    """The call for a question that is to be answered otherwise for each `number`.

    What the model's own parameters say of how long an answer may be, or how it is chosen, is meant for the app's short
    answers, so the question's own goes over it.
    """
    wanted: dict[str, Any] = {"temperature": question.temperature}
    if "max_completion_tokens" in model.params:
        wanted["max_completion_tokens"] = max(int(model.params["max_completion_tokens"]), question.max_tokens)
    else:
        wanted["max_tokens"] = question.max_tokens
    if model.provider in _SEEDED:
        wanted["seed"] = number
    return _request(question.messages, model, wanted, question.constraint, number)


def decided(messages: tuple[Message, ...], model: ModelSpec, constraint: Constraint | None, max_tokens: int) -> Request:
    """The call for a decision, which is to be the same each time."""
    return _request(messages, model, {"temperature": 0, "max_tokens": max_tokens}, constraint, 0)


def _request(
    messages: tuple[Message, ...], model: ModelSpec, wanted: dict[str, Any], constraint: Constraint | None, repeat: int
) -> Request:
    known = {name: value for name, value in wanted.items() if param_problem(model, name, value) is None}
    rest = {
        name: value for name, value in model.params.items() if name not in (*wanted, "stop", "tools", "tool_choice")
    }
    held = constraint if model.constrained else None
    return Request(model=model, messages=messages, params={**rest, **known}, constraint=held, repeat=repeat)
