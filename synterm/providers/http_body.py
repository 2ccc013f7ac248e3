"""What is sent to an app's endpoint: the templates of a target filled with the case and the conversation so far."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote, unquote

from synterm.core.ids import canonical_json
from synterm.core.prompt import Message
from synterm.core.sandbox import MAX_CHARACTERS, MAX_SECONDS
from synterm.core.template import compile_template
from synterm.errors import InputError
from synterm.text import one_line

Values = Mapping[str, Any]
_ALONE = re.compile(r"\s*\{\{-?\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*-?\}\}\s*", re.A)
# RFC 3986: what may stand in a path and a query.
_PLAIN = re.compile(r"[\w.~%!$&'()*+,;=:@/?-]{0,8000}", re.A)


def variables(values: Values | None, messages: Sequence[Message]) -> dict[str, Any]:
    """What templates may name: the case's values by their names, `input` with all of them, and of the conversation
    `message` (the last user message), `messages` (all) and `system`. The latter go before values of the same name."""
    own = dict(values or {})
    said = [message.content for message in messages if message.role == "user"]
    known: dict[str, Any] = {
        **own,
        "input": own,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        "system": "\n\n".join(message.content for message in messages if message.role == "system"),
    }
    return known | ({"message": said[-1]} if said else {})


def fill(template: Any, values: Values) -> Any:
    """`template`, a JSON value, with its texts rendered. A text that is one variable and nothing else becomes that
    variable's value, whatever its type. Raises InputError naming the field."""
    return _Filling(values).fill(template, "body")


def fill_path(template: str, values: Values) -> str:
    """A path with its values put in, escaped, so that none of them adds a step or a parameter. Raises InputError."""
    compiled = compile_template(template)
    escaped = {name: _escaped(values[name]) for name in compiled.variables if name in values}
    path = compiled.render(escaped)
    if _PLAIN.fullmatch(path) is None:
        raise InputError(f"{one_line(path, 80)!r} is no path", where="path", hint="like /sessions/{{ session }}")
    if any(unquote(step) in (".", "..") for step in path.partition("?")[0].split("/")):
        raise InputError(f"{one_line(path, 80)!r} leads elsewhere", where="path", hint="a path has no . and .. steps")
    return path


class _Filling:
    """All texts of one body together keep to the limits of a template."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._deadline = time.monotonic() + MAX_SECONDS
        self._size = 0
        self._weights: dict[str, int] = {}

    def fill(self, template: Any, place: str) -> Any:
        if isinstance(template, str):
            return self._text(template, place)
        if isinstance(template, list):
            items = cast("list[Any]", template)
            return [self.fill(item, f"{place}[{index}]") for index, item in enumerate(items)]
        if isinstance(template, Mapping):
            named = cast("Mapping[str, Any]", template)
            return {name: self.fill(item, f"{place}.{name}") for name, item in named.items()}
        return template

    def _text(self, template: str, place: str) -> Any:
        if (alone := _ALONE.fullmatch(template)) is not None:
            return self._value(alone["name"], place)
        try:
            text = compile_template(template).render(self._values)
        except InputError as error:
            raise InputError(error.message, where=place, hint=self._known()) from error
        self._grow(len(text), place)
        if time.monotonic() > self._deadline:
            raise InputError(f"rendering took over {MAX_SECONDS:g} s", where=place)
        return text

    def _value(self, name: str, place: str) -> Any:
        if name not in self._values:
            raise InputError(f"there is no value for {name}", where=place, hint=self._known())
        if name not in self._weights:
            try:
                self._weights[name] = len(canonical_json(self._values[name]))
            except TypeError as error:
                raise InputError(f"{name} can't be sent as JSON: {error}", where=place) from error
        self._grow(self._weights[name], place)
        return self._values[name]

    def _grow(self, size: int, place: str) -> None:
        self._size += size
        if self._size > MAX_CHARACTERS:
            raise InputError(f"the body is over {MAX_CHARACTERS:,} characters", where=place)

    def _known(self) -> str:
        return f"there are: {', '.join(sorted(one_line(name, 40) for name in self._values))}"


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return quote(value, safe="", errors="replace")
    if isinstance(value, list):
        return [_escaped(item) for item in cast("list[Any]", value)]
    if isinstance(value, Mapping):
        return {name: _escaped(item) for name, item in cast("Mapping[str, Any]", value).items()}
    return value
