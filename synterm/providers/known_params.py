"""Whether a model takes a parameter, before it is sent."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from synterm.core.context import CONTEXT, read_settings
from synterm.core.model import ModelSpec
from synterm.errors import InputError, ModelError
from synterm.providers.http_config import read_target, whole_target
from synterm.providers.params import EmbeddedParams, EndpointParams, read_params
from synterm.providers.scripted import Script


def kind_of_params(model: ModelSpec) -> type[BaseModel]:
    """The parameters that a model knows."""
    kinds: dict[str, type[BaseModel]] = {"embedded": EmbeddedParams, "scripted": Script}
    return kinds.get(model.provider, EndpointParams)


def check_params(model: ModelSpec) -> None:
    """Raises ModelError for what the provider would refuse: above all a key, which must not get into a file."""
    if model.provider == "http":
        whole_target(model, model.params)
    else:
        read_params(kind_of_params(model), model.params, f"model {model.model}")


def param_problem(model: ModelSpec, name: str, value: Any) -> InputError | None:
    """What is wrong with a prompt's parameter for a model: its name, its type or its range; None: nothing.

    ``context`` is for synterm, whatever the model.
    """
    if name == CONTEXT:
        return _context_problem(value)
    try:
        if model.provider == "http":
            read_target({name: value})
        else:
            read_params(kind_of_params(model), {name: value}, model.name)
    except ModelError as error:
        return InputError(error.message, hint=error.hint)
    return None


def _context_problem(value: Any) -> InputError | None:
    try:
        read_settings(value)
    except InputError as error:
        return error
    return None
