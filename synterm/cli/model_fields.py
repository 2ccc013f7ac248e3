"""Models on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from synterm.core.model import ModelSpec
from synterm.core.problems import InvalidError, problems_of
from synterm.errors import InputError, ModelError
from synterm.formats.strict_json import load_json
from synterm.providers.params import EmbeddedParams, EndpointParams, read_params
from synterm.providers.scripted import Script


def add_arguments(parser: argparse.ArgumentParser, *, editing: bool) -> None:
    """The options for a model."""
    add = parser.add_argument
    add(
        "--model",
        required=not editing,
        metavar="STRING",
        help="a LiteLLM model string such as openai/gpt-4o-mini, embedded/default, or scripted/rules",
    )
    add(
        "--param",
        action="append",
        metavar="NAME=VALUE",
        help=f"temperature=0, max_tokens=16 …; may be repeated{', and replaces all' if editing else ''}",
    )
    add("--api-base", metavar="URL", help="the endpoint, where it is not the provider's own")
    add("--api-key-env", metavar="VARIABLE", help="the environment variable that holds the key; the key stays there")
    add(
        "--constrain",
        action=argparse.BooleanOptionalAction,
        help="hold answers to a check's labels or schema (default: only for embedded models)",
    )
    if editing:
        add("--name", metavar="NAME", help="another name")
        add("--no-params", action="store_true", help="take its parameters away")


def new_model(name: str, args: argparse.Namespace) -> ModelSpec:
    """The model that the options say. Raises InputError naming the field."""
    return _model({"name": name.strip(), **_fields(args)})


def edited_model(spec: ModelSpec, args: argparse.Namespace) -> ModelSpec:
    """`spec` with the changes that the options say. Raises InputError naming the field."""
    fields = _fields(args)
    if args.no_params and "params" not in fields:
        fields["params"] = {}
    if args.name is not None:
        fields["name"] = args.name.strip()
    return _model({**spec.model_dump(), **fields})


def read_pairs(texts: Iterable[str]) -> dict[str, Any]:
    """``NAME=VALUE`` texts as named values; a value that is JSON is read as such. Raises InputError."""
    pairs: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{text!r} is not NAME=VALUE", where="--param", hint="--param temperature=0")
        try:
            pairs[name.strip()] = load_json(value)
        except ValueError:
            pairs[name.strip()] = value
    return pairs


def _fields(args: argparse.Namespace) -> dict[str, Any]:
    named = {name: getattr(args, name) for name in ("model", "api_base", "api_key_env", "constrain")}
    fields: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    if args.param is not None:
        fields["params"] = read_pairs(args.param)
    return fields


def _model(fields: dict[str, Any]) -> ModelSpec:
    try:
        spec = ModelSpec.model_validate(fields)
    except ValidationError as error:
        raise InvalidError(problems_of(error, ModelSpec)) from error
    _check_params(spec)
    return spec


def _check_params(spec: ModelSpec) -> None:
    """Raise InputError for what the provider would refuse: above all a key, which must not get into a file."""
    kinds: dict[str, type[BaseModel]] = {"embedded": EmbeddedParams, "scripted": Script}
    try:
        read_params(kinds.get(spec.provider, EndpointParams), spec.params, f"model {spec.model}")
    except ModelError as error:
        raise InputError(error.message, where="params", hint=error.hint) from error
