"""What the pages of checks and generators have in common: classes that say what they are, made into Markdown."""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo


def paragraphs(described: type) -> list[str]:
    """What a class says about itself."""
    return ["\n".join(_lines(part)) for part in (inspect.getdoc(described) or "").split("\n\n")]


def _lines(paragraph: str) -> Iterator[str]:
    """A paragraph in one line; a list with a line for each item."""
    items = re.split(r"\n(?=- )", paragraph)
    return (" ".join(item.split()) for item in items)


def section(described: Any, fields: Iterable[str]) -> Iterator[str]:
    """Its heading, what it says, and what it says about these of its fields."""
    yield f"\n## {described.type}"
    yield from (f"\n{paragraph.replace('``', '`')}" for paragraph in paragraphs(described))
    if rows := [*field_rows(described, fields)]:
        yield ""
        yield from rows


def field_rows(model: type[BaseModel], names: Iterable[str]) -> Iterator[str]:
    """A table of fields, nothing where there are none."""
    said = field_docs(model)
    for at, name in enumerate(names):
        field = model.model_fields[name]
        if not at:
            yield "| field | default | |\n| --- | --- | --- |"
        yield f"| `{field.alias or name}` | {default(field)} | {cell(said.get(name, ''))} |"


def field_docs(model: type) -> Mapping[str, str]:
    """What stands under each field, from the class itself and those that it is made from."""
    said: dict[str, str] = {}
    for owner in reversed(model.__mro__):
        if (issubclass(owner, BaseModel) and owner is not BaseModel) or is_dataclass(owner):
            said |= {name: text for name, text in _own_field_docs(owner).items() if text or name not in said}
    return said


def cell(text: str) -> str:
    """A text as it stands in a table."""
    return text.replace("``", "`").replace("|", "\\|")


def to_json(value: Any) -> str:
    """A value as people write it."""
    return json.dumps(value, ensure_ascii=False)


def _own_field_docs(owner: type) -> dict[str, str]:
    [body] = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    assert isinstance(body, ast.ClassDef)
    said: dict[str, str] = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            text: Any = below.value.value if isinstance(below.value, ast.Constant) else None
            said[field.target.id] = " ".join(text.split()) if isinstance(text, str) else ""
    return said


def default(field: FieldInfo) -> str:
    """What a field is where nothing is said, as a cell."""
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True)
    return "–" if value is None or value in ((), {}, "") else f"`{to_json(value)}`"
