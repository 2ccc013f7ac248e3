"""Models of pydantic as tables of their fields, those within them after them: for the pages on documents."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from from_code import cell, default, field_docs, paragraphs, to_json
from pydantic import BaseModel

Model = type
"""A model of pydantic, or a dataclass that stands in one."""
Links = Mapping[Model, str]
"""How each model is linked to on a page."""
_BASIC: dict[Any, str] = {
    Any: "anything",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    object: "anything",
}
_MANY = (list, tuple, set, frozenset)


def within(model: Model) -> list[Model]:
    """The models that a model is made of, itself first, then as its fields name them."""
    found = {model: None}
    for _, _, annotation in _fields(model):
        for inner in _models(annotation):
            if inner not in found:
                found |= dict.fromkeys((inner, *within(inner)))
    return [*found]


def anchors(titles: Iterable[str]) -> list[str]:
    """The anchors that headings get, in their order on the page: as GitHub makes them."""
    given: dict[str, int] = {}
    made: list[str] = []
    for title in titles:
        name = "".join(sign for sign in title.lower().replace(" ", "-") if sign.isalnum() or sign in "-_")
        made.append(f"{name}-{given[name]}" if name in given else name)
        given[name] = given.get(name, 0) + 1
    return made


def linked(titles: Mapping[Model, str], before: Sequence[str] = ()) -> Links:
    """Links to the headings of models. `before`: the headings that stand before theirs."""
    names = anchors((*before, *titles.values()))[len(before) :]
    return {model: f"[{title}](#{name})" for (model, title), name in zip(titles.items(), names, strict=True)}


def about(model: Model) -> Iterator[str]:
    """What a model says of itself; nothing where it only says what one above it does."""
    if vars(model).get("__doc__"):
        yield from (f"{cell(paragraph)}\n" for paragraph in paragraphs(model))


def written(model: Model, links: Links, usual: Mapping[str, str]) -> Iterator[str]:
    """A table of what comes out. `usual`: what fields mean that say nothing themselves, by name."""
    yield "| field | | |\n| --- | --- | --- |"
    said = field_docs(model)
    for name, alias, annotation in _fields(model):
        known = said.get(name) or usual.get(alias) or _of_the_model(annotation)
        yield f"| `{alias}` | {kind(annotation, links)} | {cell(known)} |"


def read(model: type[BaseModel], links: Links, last: Sequence[str] = ()) -> Iterator[str]:
    """A table of what may be written, with defaults. `last`: the fields that come after the others."""
    yield "| field | | default | |\n| --- | --- | --- | --- |"
    said = field_docs(model)
    for name in sorted(model.model_fields, key=lambda name: _place(model, name, last)):
        field = model.model_fields[name]
        words = kind(field.annotation, links, inner=not field.is_required())
        yield f"| `{field.alias or name}` | {words} | {default(field)} | {cell(said.get(name, ''))} |"


def _place(model: type[BaseModel], name: str, last: Sequence[str]) -> int:
    """What is needed stands first, what people leave out last."""
    return last.index(name) if name in last else -2 if model.model_fields[name].is_required() else -1


def kind(annotation: Any, links: Links, *, inner: bool = False) -> str:
    """A type in words, as a cell: ``list of [Case](#case)``. `inner`: without saying that nothing is allowed, too."""
    annotation = _bare(annotation)
    if annotation in links:
        return links[annotation]
    if annotation in _BASIC:
        return _BASIC[annotation]
    parts, origin = get_args(annotation), get_origin(annotation)
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        parts, origin = [one.value for one in annotation], Literal
    if origin is Literal:
        return " · ".join(
            f"`{cell(value)}`" if isinstance(value, str) and value.strip() else to_json(value) for value in parts
        )
    if origin in (Union, UnionType):
        some = [kind(part, links) for part in parts if part is not NoneType]
        return " or ".join((*some, *(["null"] if NoneType in parts and not inner else [])))
    if origin in _MANY:
        return _several(parts, lambda part: kind(part, links))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"object: {kind(parts[0], links)} → {kind(parts[1], links)}"
    raise TypeError(f"no words for {annotation}: docs/model_tables.py")


def _several(parts: Sequence[Any], words: Callable[[Any], str]) -> str:
    if len(parts) == 2 and parts[1] is not ... and parts[0] != parts[1]:
        return " and ".join(words(part) for part in parts)
    if len(parts) == 2 and parts[0] == parts[1]:
        return f"two: {words(parts[0])}"
    return f"list of {words(parts[0])}" if len(parts) <= 2 else f"list: {', '.join(words(part) for part in parts)}"


def _bare(annotation: Any) -> Any:
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    return annotation


def _of_the_model(annotation: Any) -> str:
    """What the model says that a field holds one or several of, where it says something of its own."""
    return next((paragraphs(model)[0] for model in _models(annotation) if vars(model).get("__doc__")), "")


def _fields(model: Model) -> Iterator[tuple[str, str, Any]]:
    """The name of each field, what it is called in a document, and its type."""
    if issubclass(model, BaseModel):
        yield from ((name, field.alias or name, field.annotation) for name, field in model.model_fields.items())
    else:
        hints = get_type_hints(model, include_extras=True)
        yield from ((field.name, field.name, hints[field.name]) for field in fields(model))


def _models(annotation: Any) -> Iterator[Model]:
    annotation = _bare(annotation)
    if inspect.isclass(annotation) and (issubclass(annotation, BaseModel) or is_dataclass(annotation)):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
