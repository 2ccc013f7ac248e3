"""JSON Schema's keywords with a budget: what a schema of other people may cost.

The library applies keywords without bound, and its patterns are Python's, which can take time without end. Here each
keyword spends from a budget that a validation has, and the keywords that take patterns or compare everything with
everything are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias, cast

from synterm.checks.patterns import Pattern, compile_pattern, found
from synterm.core.ids import canonical_json
from synterm.text import one_line

MAX_STEPS = 100_000
"""What one validation may spend; a keyword costs 1 and what it lists."""

Keyword: TypeAlias = Callable[[Any, Any, Any, Any], "Iterable[Any] | None"]
"""``(validator, keyword's value, instance, schema)`` to errors, as the library calls it."""


class EndlessError(Exception):
    """The budget is spent."""


_left: ContextVar[int] = ContextVar("steps left")


@contextmanager
def with_budget(steps: int = MAX_STEPS) -> Generator[None]:
    """Keywords applied within may spend `steps`, and raise EndlessError beyond."""
    token = _left.set(steps)
    try:
        yield
    finally:
        _left.reset(token)


def keywords(of: Mapping[str, Keyword]) -> dict[str, Keyword]:
    """The keywords of a dialect, bounded."""
    ours = {name: call for name, call in _OURS.items() if name in of}
    return {name: _bounded(call) for name, call in {**of, **ours}.items()}


def _spend(steps: int) -> None:
    left = _left.get() - steps
    if left < 0:
        raise EndlessError
    _left.set(left)


def _bounded(keyword: Keyword) -> Keyword:
    def apply(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _spend(1 + len(cast("list[Any]", value)) if isinstance(value, list | dict) else 1)
        for error in keyword(validator, value, instance, schema) or ():
            # An error quotes what it is about; many of them on a long answer would fill the memory.
            _spend(len(error.message) // 100)
            yield error

    return apply


def _pattern(_validator: Any, source: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(instance, str) and not found(compile_pattern(source), instance):
        yield _error(f"{one_line(instance, 60)!r} does not match {source!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if not isinstance(instance, dict):
        return
    named = cast("dict[str, Any]", instance)
    _spend(len(patterns) * len(named))
    for source, schema in patterns.items():
        pattern = compile_pattern(source)
        for name, value in named.items():
            if found(pattern, name):
                yield from validator.descend(value, schema, path=name, schema_path=source)


def _additional_properties(validator: Any, rule: Any, instance: Any, schema: Any) -> Iterator[Any]:
    if not isinstance(instance, dict):
        return
    extra = _unnamed(cast("dict[str, Any]", instance), schema)
    if isinstance(rule, dict):
        for name, value in extra.items():
            yield from validator.descend(value, rule, path=name)
    elif rule is False and extra:
        yield _error(f"does not take {', '.join(repr(one_line(name, 60)) for name in list(extra)[:5])}")


def _unnamed(instance: dict[str, Any], schema: Any) -> dict[str, Any]:
    """The properties that the schema names neither as such nor by a pattern."""
    named = schema.get("properties", {})
    patterns: list[Pattern] = [compile_pattern(source) for source in schema.get("patternProperties", {})]
    _spend(len(patterns) * len(instance))
    return {
        name: value
        for name, value in instance.items()
        if name not in named and not any(found(pattern, name) for pattern in patterns)
    }


def _unique_items(_validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    if wanted and isinstance(instance, list):
        items = cast("list[Any]", instance)
        if len({canonical_json(_plain(item)) for item in items}) < len(items):
            yield _error("holds an item twice")


def _plain(value: Any) -> Any:
    """`value` with 1.0 as 1: JSON Schema takes them as equal."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in cast("dict[str, Any]", value).items()}
    return [_plain(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value


def _error(message: str) -> Exception:
    from jsonschema.exceptions import ValidationError

    return ValidationError(message)


_OURS: dict[str, Keyword] = {
    "additionalProperties": _additional_properties,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "uniqueItems": _unique_items,
}
