"""What is asked about one output, as the fields of its JSON object say it."""

from __future__ import annotations

from typing import Any, cast

from synterm.core.record import record
from synterm.errors import did_you_mean
from synterm.production.service.answers import RefusedError
from synterm.text import one_line

FIELDS = ("output", "input", "expected", "behavior")
"""What there may be; only the output must be."""


@record
class Asked:
    """One output, and what is known of it."""

    output: Any
    """Text, or the JSON value that it was read as."""
    input: str | dict[str, Any] | None = None
    """What the app was asked: named values, or the text alone."""
    expected: Any = None
    behavior: str | None = None
    """Whose checks judge; None: those that the service was started with."""


def asked(value: Any, where: str = "") -> Asked:
    """`value`, of a request's JSON, as what is asked. Raises RefusedError, which names the field; `where` says which
    part of a larger whole it is."""
    if not isinstance(value, dict):
        raise _wrong(where, f"must be an object, not {_kind(value)}")
    fields = cast("dict[str, Any]", value)
    for name in fields:
        if name not in FIELDS:
            raise _wrong(where, f"unknown field {one_line(repr(name), 60)}", did_you_mean(name[:60], FIELDS))
    output = fields.get("output")
    if not isinstance(output, str | dict | list):
        said = f"must be a text, not {_kind(output)}" if "output" in fields else "is missing"
        raise _wrong(where, f"output {said}", "It is what the model answered: a text, or JSON.")
    given = fields.get("input")
    if given is not None and not isinstance(given, str | dict):
        raise _wrong(where, f"input must be a text or an object of named values, not {_kind(given)}")
    behavior = fields.get("behavior")
    if behavior is not None and not (isinstance(behavior, str) and behavior):
        raise _wrong(where, "behavior must be the path of a behavior, such as 'Routing/Out of scope'")
    return Asked(output, cast("str | dict[str, Any] | None", given), fields.get("expected"), behavior)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "a list"
        case _:
            return "an object"


def _wrong(where: str, words: str, hint: str | None = None) -> RefusedError:
    place = f"{where}: " if where else ""
    return RefusedError(400, "bad_field", f"{place}{words}", hint or f"Fields are {', '.join(FIELDS)}.")
