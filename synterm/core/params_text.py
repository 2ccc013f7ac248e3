"""A prompt's own parameters as text that people edit: one a line, ``temperature: 0.2``.

A value is JSON or a plain YAML value on its line; ``=`` does for ``:`` as in TOML, and ``#`` begins a comment. Reading
back what was written gives the same parameters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from synterm.errors import InputError

Check = Callable[[str, Any], InputError | None]
"""What is wrong with a parameter of that name and value; None: nothing."""
_LINE = re.compile(r"\s*(?P<name>[A-Za-z_][\w.-]*)\s*[:=]\s*(?P<value>.*?)\s*$", re.DOTALL)
_COMMENT = re.compile(r"\s+#.*$", re.DOTALL)
_MOST_NESTED = 20
_QUOTE = 'write text in quotes: "…"'


def params_text(params: Mapping[str, Any]) -> str:
    """The parameters as text."""
    return "\n".join(f"{name}: {orjson.dumps(value).decode()}" for name, value in params.items())


def parse_params(text: str, check: Check | None = None) -> dict[str, Any]:
    """The parameters that `text` says. Raises InputError naming the line."""
    params: dict[str, Any] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        where = f"line {number}"
        name, value = _parse(line, where)
        if name in params:
            raise InputError(f"{name} is there twice", where=where)
        if check is not None and (problem := check(name, value)):
            raise InputError(problem.message, where=where, hint=problem.hint)
        params[name] = value
    return params


def _parse(line: str, where: str) -> tuple[str, Any]:
    found = _LINE.match(line)
    if found is None:
        raise InputError("not a parameter", where=where, hint="write: temperature: 0.2")
    name, text = found.group("name", "value")
    if not _without_comment(text):
        raise InputError(f"{name} has no value", where=where, hint=f"write: {name}: VALUE")
    return name, _value(name, text, where)


def _without_comment(text: str) -> str:
    return _COMMENT.sub("", f" {text}").strip()


def _value(name: str, text: str, where: str) -> Any:
    for candidate in (text, _without_comment(text)):
        try:
            return orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
    import yaml  # most values are JSON, and the workbench opens sooner without it

    try:
        if text.count("[") + text.count("{") > _MOST_NESTED or text[0] in "&*!|>":
            raise InputError(f"{name} is not a plain value", where=where, hint=_QUOTE)
        value = yaml.safe_load(text)
        # Dates, for one, are YAML but no JSON.
        return orjson.loads(orjson.dumps(value))
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise InputError(f"{name} has a value that can't be read", where=where, hint=_QUOTE) from error
