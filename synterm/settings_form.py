"""The settings as a documented TOML file, made from the model: its fields, their types, defaults and docstrings."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from synterm.settings import Settings

_HEAD = """\
# The settings of synterm. Every line is optional; what stands behind a # is the default, or an example.
# The workbench changes them with the key , (comma); comments of yours stay.
"""
_WIDTH = 110
_EXAMPLES: dict[str, object] = {
    "day_cap_usd": 5.0,
    "concurrency": 16,
    "approved_endpoints": ("https://llm.example",),
    "trusted_clusters": ("tcp://10.0.0.5:8786",),
}
_TABLES = {
    "key_hosts": ("a table: variable = hosts", '# LLM_API_KEY = ["https://llm.example"]'),
    "keys": ("a table: id = keys", '# "results.why" = "i,enter"'),
}
"""The settings that are tables: what they are, and an example of a line."""
_BASIC = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def settings_form(settings: Settings | None = None) -> str:
    """The whole file. What `settings` says is uncommented; everything else stands as a comment, ready to change."""
    settings = settings or Settings()
    parts = [_HEAD]
    # A table goes to the end: what follows it would belong to it.
    for name in sorted(Settings.model_fields, key=lambda name: name in _TABLES):
        parts.append("\n".join((*_comment(name), *_lines(settings, name))) + "\n")
    return "\n".join(parts)


def toml_value(value: object) -> str:
    """A value as TOML writes it."""
    import tomlkit

    return tomlkit.item(list(value) if isinstance(value, tuple) else value).as_string()  # pyright: ignore[reportUnknownArgumentType]


@cache
def meanings() -> dict[str, str]:
    """What each setting is for, from the docstring under its field."""
    [model] = ast.parse(textwrap.dedent(inspect.getsource(Settings))).body
    assert isinstance(model, ast.ClassDef)
    found: dict[str, str] = {}
    for field, text in zip(model.body, model.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = ast.literal_eval(text.value).replace("``", "").replace("`", "")
    return found


def kind(name: str) -> str:
    """``a whole number from 0 to 10,000``."""
    if name in _TABLES:
        return _TABLES[name][0]
    field = Settings.model_fields[name]
    return " ".join((_kind(field.annotation), *_bounds(field)))


def default_text(name: str) -> str:
    """The default as TOML, or ``unset``."""
    default = Settings.model_fields[name].get_default(call_default_factory=True)
    return "unset" if default is None else "{}" if default == {} else toml_value(default)


def _comment(name: str) -> Iterator[str]:
    for line in textwrap.wrap(meanings()[name], _WIDTH):
        yield f"# {line}"
    yield f"# {kind(name)}; default: {default_text(name)}".replace("; default: {}", "")


def _lines(settings: Settings, name: str) -> Iterator[str]:
    value = getattr(settings, name)
    if name in _TABLES:
        yield f"[{name}]" if value else f"# [{name}]"
        yield from (f"{_key(key)} = {toml_value(given)}" for key, given in value.items())
        if not value:
            yield _TABLES[name][1]
    elif name in settings.model_fields_set and value is not None:
        yield f"{name} = {toml_value(value)}"
    else:
        default = Settings.model_fields[name].get_default(call_default_factory=True)
        yield f"# {name} = {toml_value(default or _EXAMPLES.get(name, default))}"


def _key(name: str) -> str:
    return name if name.isidentifier() and name.isascii() else toml_value(name)


def _kind(annotation: Any) -> str:
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not NoneType)
    return "a list of texts" if get_origin(annotation) is tuple else _BASIC[annotation]


def _bounds(field: FieldInfo) -> Iterator[str]:
    for word, name in (("from", "ge"), ("to", "le")):
        bound = next((getattr(rule, name) for rule in field.metadata if hasattr(rule, name)), None)
        if bound is not None:
            yield f"{word} {bound:,}"
