"""Models on the command line."""

from __future__ import annotations

import argparse
from typing import Any

from synterm.cli.places import text_of
from synterm.core.model import ModelSpec
from synterm.formats.fields import make_model, read_mapping, read_pairs, read_price

_PLAIN = ("model", "api_base", "api_key_env", "constrain", "rpm", "tpm")
"""Options that are fields as they are."""


def add_arguments(parser: argparse.ArgumentParser, *, editing: bool) -> None:
    """The options for a model."""
    add = parser.add_argument
    add(
        "--model",
        required=not editing,
        metavar="STRING",
        help="a LiteLLM model string such as openai/gpt-4o-mini, embedded/default, scripted/rules, or http/NAME for an "
        "HTTP endpoint of your app",
    )
    add(
        "--param",
        action="append",
        metavar="NAME=VALUE",
        help=f"temperature=0, max_tokens=16 …; may be repeated{', and replaces all' if editing else ''}",
    )
    add(
        "--params-file",
        metavar="FILE",
        help="YAML or JSON with parameters, such as an HTTP target's body; - for stdin; --param goes over it",
    )
    add("--api-base", metavar="URL", help="the endpoint, where it is not the provider's own")
    add("--api-key-env", metavar="VARIABLE", help="the environment variable that holds the key; the key stays there")
    add(
        "--constrain",
        action=argparse.BooleanOptionalAction,
        help="hold answers to a check's labels or schema (default: only for embedded models)",
    )
    add(
        "--price", metavar="INPUT/OUTPUT", help="US dollars per million tokens of prompts and of answers, like 0.15/0.6"
    )
    add("--rpm", type=int, metavar="N", help="the most requests a minute that its endpoint allows")
    add("--tpm", type=int, metavar="N", help="the most tokens a minute, prompts and answers together")
    if editing:
        add("--name", metavar="NAME", help="another name")
        add("--no-params", action="store_true", help="take its parameters away")
        add("--no-price", action="store_true", help="take its price away: the usual price list holds again")
        add("--no-limits", action="store_true", help="take away what --rpm and --tpm set")


def new_model(name: str, args: argparse.Namespace) -> ModelSpec:
    """The model that the options say. Raises InputError naming the field."""
    return make_model({"name": name.strip(), **_fields(args)})


def edited_model(spec: ModelSpec, args: argparse.Namespace) -> ModelSpec:
    """`spec` with the changes that the options say. Raises InputError naming the field."""
    fields = _fields(args)
    cleared: dict[str, Any] = {"params": {}} if args.no_params else {}
    cleared |= {"price": None} if args.no_price else {}
    cleared |= {"rpm": None, "tpm": None} if args.no_limits else {}
    fields = cleared | fields
    if args.name is not None:
        fields["name"] = args.name.strip()
    return make_model({**spec.model_dump(), **fields})


def _fields(args: argparse.Namespace) -> dict[str, Any]:
    named = {name: getattr(args, name) for name in _PLAIN}
    fields: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
    if args.param is not None or args.params_file is not None:
        given = {} if args.params_file is None else read_mapping(text_of(f"@{args.params_file}"), args.params_file)
        fields["params"] = given | read_pairs(args.param or (), "--param")
    if args.price is not None:
        fields["price"] = read_price(args.price, "--price")
    return fields
