"""What people type into fields, on the command line and in forms, made into parts of a project.

Everything here raises InputError naming the field, and takes nothing that the project could not use.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from pydantic import ValidationError

from synterm.checks.registry import load_check
from synterm.core.model import ModelSpec
from synterm.core.problems import InvalidError, problems_of
from synterm.core.tree import CheckConfig, Node
from synterm.errors import InputError, ModelError
from synterm.formats.strict_json import load_json
from synterm.providers.known_params import check_params


def make_node(fields: dict[str, Any]) -> Node:
    """The node with these fields."""
    try:
        return Node.model_validate(fields)
    except ValidationError as error:
        raise InvalidError(problems_of(error, Node)) from error


def node_name(name: str) -> str:
    """`name` as a node may have it, without white space around it."""
    if "/" in name:
        raise InputError("a name can't hold a / : it stands between names in paths", where="name")
    return name.strip()


def prompt_name(name: str) -> str:
    """`name` as a prompt may have it, without white space around it."""
    name = name.strip()
    if not 1 <= len(name) <= 200 or "@" in name:
        raise InputError("must be 1 to 200 characters long, without @ (it stands before versions)", where="name")
    return name


def read_check(text: str, where: str) -> CheckConfig:
    """One check: its configuration as JSON, or only its type."""
    config: Any = {"type": text}
    if text.lstrip().startswith("{"):
        try:
            config = load_json(text)
        except ValueError as error:
            raise InputError(str(error), where=where) from error
    return _sound(config, where)


def read_checks(text: str) -> tuple[CheckConfig, ...]:
    """A check on each line: JSON, YAML such as ``{type: contains, value: yes}``, or only a type."""
    lines = ((number, line.strip()) for number, line in enumerate(text.splitlines(), start=1))
    return tuple(check for number, line in lines if line for check in _line_checks(line, f"line {number}"))


def make_model(fields: dict[str, Any]) -> ModelSpec:
    """The model with these fields; one whose provider would refuse its parameters is no model."""
    try:
        spec = ModelSpec.model_validate(fields)
    except ValidationError as error:
        raise InvalidError(problems_of(error, ModelSpec)) from error
    _check_params(spec)
    return spec


def read_pairs(texts: Iterable[str], where: str = "params") -> dict[str, Any]:
    """``NAME=VALUE`` texts as named values; a value that is JSON is read as such."""
    pairs: dict[str, Any] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{text!r} is not NAME=VALUE", where=where, hint="temperature=0")
        try:
            pairs[name.strip()] = load_json(value)
        except ValueError:
            pairs[name.strip()] = value
    return pairs


def read_mapping(text: str, where: str) -> dict[str, Any]:
    """Named values, as YAML or JSON; `where` names the file. Nothing in it: none."""
    from synterm.formats.safe_yaml import load_yaml

    found: Any = load_yaml(text, name=where).data
    if not isinstance(found, dict | None):
        raise InputError("must hold named values", where=where, hint="answer: $.reply.text")
    return cast("dict[str, Any]", found or {})


def read_price(text: str, where: str = "price") -> dict[str, float]:
    """``INPUT/OUTPUT``, US dollars per million tokens, as the fields of a price."""
    cost_in, _, cost_out = text.partition("/")
    try:
        return {"input": float(cost_in), "output": float(cost_out)}
    except ValueError as error:
        raise InputError(f"{text!r} is not INPUT/OUTPUT", where=where, hint="0.15/0.6") from error


def read_share(text: str, where: str) -> float:
    """A share from 0 to 1, as ``0.9`` or ``90%``."""
    number = text.strip()
    try:
        share = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError as error:
        raise InputError(f"{text!r} is no share", where=where, hint="0.9 or 90%") from error
    if not 0 <= share <= 1:
        raise InputError("must be from 0 to 1, or from 0% to 100%", where=where)
    return share


def _line_checks(line: str, where: str) -> list[CheckConfig]:
    if line.startswith("{"):
        try:
            return [_sound(load_json(line), where)]
        except ValueError:
            pass  # What is no JSON may still be YAML, which says better what is wrong.
    from synterm.formats.safe_yaml import load_yaml

    found: Any = load_yaml(line, name=where).data
    return [
        _sound({"type": one} if isinstance(one, str) else one, where)
        for one in (cast("list[Any]", found) if isinstance(found, list) else [found])
    ]


def _sound(config: Any, where: str) -> CheckConfig:
    if not isinstance(config, dict):
        raise InputError("is no check", where=where, hint='{"type": "contains", "value": "yes"}')
    try:
        load_check(cast("CheckConfig", config))
    except InputError as error:
        raise InputError(str(error), where=where, hint=error.hint) from error
    return cast("CheckConfig", config)


def _check_params(spec: ModelSpec) -> None:
    try:
        check_params(spec)
    except ModelError as error:
        raise InputError(error.message, where="params", hint=error.hint) from error
