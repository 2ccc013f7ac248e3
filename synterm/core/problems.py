"""What pydantic finds wrong, in the words of the person who wrote the value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from synterm.errors import InputError, did_you_mean

Path: TypeAlias = "tuple[str | int, ...]"
"""The way to a value: names and positions, from the outside in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where."""

    path: Path
    message: str

    def __str__(self) -> str:
        return f"{path_text(self.path)}: {self.message}" if self.path else self.message

    def below(self, *path: str | int) -> Problem:
        """The same problem, seen from further out."""
        return Problem((*path, *self.path), self.message)


class InvalidError(InputError):
    """A value that is not what it must be, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem], *, where: str | None = None, hint: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems), where=where, hint=hint)


def path_text(path: Path) -> str:
    """``tree[0].behaviors[1].checks``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def problems_of(error: ValidationError, model: type[BaseModel]) -> tuple[Problem, ...]:
    """The problems that a validation by `model` found. They never repeat the value itself, which may be a secret."""
    return tuple(_problem(details, model) for details in error.errors(include_url=False))


def _problem(details: ErrorDetails, model: type[BaseModel]) -> Problem:
    path, words = details["loc"], _words(details, model)
    # So pydantic says that it means the name, not the value that stands under it.
    return Problem(path[:-1], f"this name {words}") if path[-1:] == ("[key]",) else Problem(path, words)


def _words(details: ErrorDetails, model: type[BaseModel]) -> str:
    context: dict[str, Any] = details.get("ctx", {})
    if details["type"] == "extra_forbidden":
        hint = did_you_mean(str(details["loc"][-1]), _fields(model, details["loc"]))
        return f"is not a field here; {hint}" if hint else "is not a field here"
    words = _WORDS.get(details["type"])
    if words is None:
        return details["msg"]
    return words if isinstance(words, str) else words(context)


def _at_least(context: dict[str, Any]) -> str:
    least = context["min_length"]
    return "must not be empty" if least == 1 else f"needs at least {least}"


_WORDS: dict[str, str | Callable[[dict[str, Any]], str]] = {
    "missing": "is missing",
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be named values",
    "model_type": "must be named values",
    "value_error": lambda context: str(context["error"]),
    "literal_error": lambda context: f"must be {context['expected']}",
    "string_pattern_mismatch": lambda context: f"must match {context['pattern']}",
    "string_too_short": _at_least,
    "too_short": _at_least,
    "string_too_long": lambda context: f"must be at most {context['max_length']} characters long",
    "greater_than": lambda context: f"must be over {context['gt']:g}",
    "greater_than_equal": lambda context: f"must be at least {context['ge']:g}",
    "less_than_equal": lambda context: f"must be at most {context['le']:g}",
}


def _fields(model: type[BaseModel], path: Path) -> list[str]:
    """The field names that the model at `path` knows."""
    for step in path[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = next(_models(model.model_fields[step].annotation), model)
    return [field.alias or name for name, field in model.model_fields.items()]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
