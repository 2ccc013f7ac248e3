"""Paths to a value in a JSON document, as people write them: ``$.choices[0].text``, ``reply["full text"]``, ``[-1]``.

The ``$`` may be left out. A step is a name after a dot, or a number or a quoted name in brackets; nothing searches,
filters or computes, so a path costs no more than it has steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from synterm.errors import InputError
from synterm.text import one_line

Step = str | int
_STEP = re.compile(
    r"""\.?(?P<name>[^\s.\[\]"'$][^.\[\]"']*)|\.?\[\s*(?:(?P<index>-?[0-9]{1,6})|"(?P<double>[^"]*)"|'(?P<single>[^']*)')\s*\]""",
    re.A,
)
_MOST_CHARACTERS = 500
_LISTED = 8
"""So many names of an object are told where one is missing."""


class JsonPath:
    """The way to one value."""

    def __init__(self, text: str) -> None:
        """Raises InputError for what is no path."""
        self.text = text.strip()
        self.steps = _steps(self.text)

    def find(self, document: Any) -> Any:
        """The value in `document`. Raises InputError that says how far the path leads and what is there instead."""
        value, walked = document, "$"
        for step in self.steps:
            found, value = _child(value, step)
            if not found:
                raise InputError(f"there is no {walked}{_shown(step)}: {walked} {_what(value)}")
            walked += _shown(step)
        return value

    def get(self, document: Any) -> Any:
        """The value in `document`; None where there is none."""
        try:
            return self.find(document)
        except InputError:
            return None


def _steps(text: str) -> tuple[Step, ...]:
    rest = text.removeprefix("$")
    if not text or len(text) > _MOST_CHARACTERS:
        raise InputError("is no path", hint="$.choices[0].text; $ is the whole answer")
    steps: list[Step] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        # Only the first name may stand without its dot, and only where no $ is before it.
        bare = match is not None and match["name"] is not None and rest[at] != "."
        if match is None or (bare and (at > 0 or text.startswith("$"))):
            raise InputError(f"is no path from {one_line(rest[at:], 40)!r} on", hint="$.choices[0].text")
        steps.append(_step(match))
        at = match.end()
    return tuple(steps)


def _step(match: re.Match[str]) -> Step:
    if match["index"] is not None:
        return int(match["index"])
    if match["name"] is not None:
        return match["name"].strip()
    return match["double"] if match["double"] is not None else match["single"]


def _child(value: Any, step: Step) -> tuple[bool, Any]:
    """Whether `value` has that child, and the child; else `value` itself."""
    if isinstance(step, str) and isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return (True, named[step]) if step in named else (False, named)
    if isinstance(step, int) and isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[Any]", value)
        return (True, items[step]) if -len(items) <= step < len(items) else (False, items)
    return False, value


def _shown(step: Step) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if re.fullmatch(r"[\w-]+", step) else f'["{one_line(step, 40)}"]'


def _what(value: Any) -> str:
    """What stands where a path does not go on, in words."""
    if isinstance(value, Mapping):
        names = [one_line(str(name), 40) for name in cast("Mapping[str, Any]", value)]
        more = " …" if len(names) > _LISTED else ""
        return f"has {', '.join(names[:_LISTED])}{more}" if names else "is an empty object"
    if isinstance(value, list):
        count = len(cast("list[Any]", value))
        return f"is a list of {count}" if count else "is an empty list"
    if value is None:
        return "is null"
    kind = "text" if isinstance(value, str) else "true or false" if isinstance(value, bool) else "a number"
    return f"is {kind}"
