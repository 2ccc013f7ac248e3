"""JSON Schema for schemas and answers of other people: nothing is fetched, and nothing runs wild.

Patterns are RE2, references stay within the schema, and every validation has a budget of steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from synterm.checks.json_keywords import EndlessError, keywords, with_budget
from synterm.checks.patterns import compile_pattern
from synterm.core.ids import canonical_json
from synterm.text import one_line

MAX_SCHEMA_BYTES = 100_000
MAX_CHARACTERS = 200_000
"""The longest answer that is validated."""
MAX_DEPTH = 64
_REFERENCES = frozenset(("$ref", "$dynamicRef"))
_UNEVALUATED = frozenset(("unevaluatedItems", "unevaluatedProperties"))


class Schema:
    """A schema made ready. Raises ValueError, in words, for one that can't be used.

    Without ``$schema`` it is read as draft 2020-12, as json-schema.org recommends.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        if len(canonical_json(schema)) > MAX_SCHEMA_BYTES:
            raise ValueError(f"the schema is over {MAX_SCHEMA_BYTES:,} bytes")
        # A schema within the schema that names a dialect would bring back the library's own, unbounded keywords.
        body = {name: value for name, value in schema.items() if name != "$schema"}
        if _depth(body, MAX_DEPTH) > MAX_DEPTH:
            raise ValueError(f"the schema nests deeper than {MAX_DEPTH}")
        for name, value in _entries(body):
            _refuse(name, value)
        self._validator = _validator(str(schema.get("$schema", "")), body)

    def complaint(self, value: Any) -> str | None:
        """Where and how `value` does not fit; None when it fits.

        Raises ValueError when that can't be said within the bounds.
        """
        from referencing.exceptions import Unresolvable

        if _depth(value, MAX_DEPTH) > MAX_DEPTH:
            return f"nests deeper than {MAX_DEPTH}"
        try:
            with with_budget():
                errors: list[Any] = list(islice(self._validator.iter_errors(value), 1))
        except (EndlessError, RecursionError) as error:
            raise ValueError("the schema takes too many steps on this answer") from error
        except Unresolvable as error:
            raise ValueError("the schema refers to what it does not hold") from error
        # Where alternatives are offered, this is the error in the one that comes nearest.
        first = _jsonschema().exceptions.best_match(errors)
        return None if first is None else f"{first.json_path}: {one_line(first.message, 200)}"


def _validator(dialect: str, body: dict[str, Any]) -> Any:
    from jsonschema.exceptions import SchemaError

    validator_class = _bounded(dialect)
    try:
        # Patterns are not Python's here, so its opinion of them does not count.
        validator_class.check_schema(body, format_checker=None)
        _check_references(dialect, body)
    except SchemaError as error:
        raise ValueError(f"not a JSON schema: {error.json_path}: {one_line(error.message, 200)}") from error
    except RecursionError as error:
        raise ValueError("the schema nests too deeply") from error
    return validator_class(body, registry=_empty_registry())


def _check_references(dialect: str, body: dict[str, Any]) -> None:
    from referencing import Resource
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012, specification_with

    specification = specification_with(dialect, default=DRAFT202012)
    root = Resource.from_contents(body, default_specification=specification)
    resolver = _empty_registry().resolver_with_root(root)
    for name, value in _entries(body):
        if name in _REFERENCES and isinstance(value, str):
            try:
                resolver.lookup(value)
            except (Unresolvable, ValueError) as error:
                raise ValueError(f"the schema refers to {value!r}, which it does not hold") from error


@lru_cache(maxsize=8)
def _bounded(dialect: str) -> Any:
    """The library's validator of a dialect, with bounded keywords."""
    library = _jsonschema()
    newest = library.Draft202012Validator
    base = library.validators.validator_for({"$schema": dialect}, default=None) if dialect else newest
    if base is None:
        raise ValueError(f"the schema's dialect {dialect!r} is not known")
    return library.validators.extend(base, keywords(base.VALIDATORS))


def _jsonschema() -> Any:
    """The library; imported when a schema is used, and untyped in large parts."""
    import jsonschema

    return jsonschema


def _empty_registry() -> Any:
    """Without documents, and with no way to fetch one."""
    import referencing

    library: Any = referencing
    return library.Registry()


def _refuse(name: str, value: Any) -> None:
    if name == "$schema" and isinstance(value, str):
        raise ValueError("the schema names its dialect ($schema) other than at the top")
    if name in _UNEVALUATED:
        raise ValueError(f"{name} is not for checks; use additionalProperties")
    if name == "pattern" and isinstance(value, str):
        compile_pattern(value)
    if name == "patternProperties" and isinstance(value, dict):
        for pattern in cast("dict[str, Any]", value):
            compile_pattern(pattern)


def _entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Every name and value at any depth."""
    waiting = [value]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            named = cast("dict[str, Any]", current)
            yield from named.items()
            waiting.extend(named.values())
        elif isinstance(current, list):
            waiting.extend(cast("list[Any]", current))


def _depth(value: Any, limit: int) -> int:
    """How deep lists and named values nest, counted up to one over `limit`."""
    level = [value]
    depth = 0
    while level and depth <= limit:
        level = [inner for outer in level for inner in _inside(outer)]
        depth += bool(level)
    return depth


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(cast("dict[str, Any]", value).values())
    return cast("list[Any]", value) if isinstance(value, list) else []
