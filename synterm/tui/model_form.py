"""A model of the project as a form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from synterm.core.ids import canonical_json
from synterm.core.model import ModelSpec
from synterm.core.problems import InvalidError, Problem
from synterm.formats.fields import make_model, read_pairs, read_price
from synterm.providers.availability import known_families
from synterm.tui.screens.forms import Field, Values

NOTE = (
    "Project files travel: whoever gets yours sees what stands here. So name the variable that holds a key, and never "
    "write the key itself."
)
_OWN = {"embedded": "embedded/default", "scripted": "scripted/rules"}
"""Families that have one model."""


def model_fields(spec: ModelSpec | None) -> list[Field]:
    """The fields, filled with what a model says."""
    usable = _usable()
    given = spec.model_dump() if spec else {}
    params = "\n".join(f"{name}={_json(value)}" for name, value in given.get("params", {}).items())
    price = f"{spec.price.input!r}/{spec.price.output!r}" if spec and spec.price else ""
    return [
        Field("name", "Name", given.get("name", ""), help="what the columns are called"),
        Field(
            "model",
            "Model",
            given.get("model", ""),
            help=f"usable here: {', '.join(usable)}",
            placeholder="openai/gpt-4o-mini",
            suggestions=usable,
        ),
        Field(
            "api_base",
            "Endpoint",
            given.get("api_base") or "",
            help="where not the provider's own; of http/NAME: your app",
        ),
        Field(
            "api_key_env",
            "Key variable",
            given.get("api_key_env") or "",
            help="the name of the environment variable",
            placeholder="OPENAI_API_KEY",
        ),
        Field("params", "Parameters", params, "text", "one NAME=VALUE a line: temperature=0, or body={…} of an app"),
        Field(
            "price",
            "Price",
            price,
            help="US dollars per million tokens in/out; empty: the usual list",
            placeholder="0.15/0.6",
        ),
    ]


def edited_model(values: Values, rest: Mapping[str, Any]) -> ModelSpec:
    """The model that the form says; `rest` has the fields that it does not show. Raises InputError naming the field."""
    name = values["api_key_env"].strip()
    if name and not name.replace("_", "a").isalnum():
        # Not repeated in the words: what is no name may be a key.
        raise InvalidError([Problem(("api_key_env",), "is no name of an environment variable; the key stays there")])
    price = values["price"].strip()
    return make_model(
        {
            **rest,
            "name": values["name"].strip(),
            "model": values["model"].strip(),
            "api_base": values["api_base"].strip() or None,
            "api_key_env": name or None,
            "params": read_pairs(line for line in values["params"].splitlines() if line.strip()),
            "price": read_price(price) if price else None,
        }
    )


def _json(value: object) -> str:
    return canonical_json(value).decode()


@cache
def _usable() -> tuple[str, ...]:
    ready = (family.name for family in known_families() if family.availability.ok)
    return tuple(_OWN.get(name, f"{name}/") for name in ready)
