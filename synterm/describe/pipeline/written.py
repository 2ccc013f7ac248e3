"""Generators and filters as one writes them on a command line: ``vary:tone=angry | casing``, ``near-duplicate:0.9``."""

from __future__ import annotations

from typing import Any

import orjson

from synterm.core.ids import canonical_json
from synterm.describe.filters.base import Filter
from synterm.describe.filters.registry import load_filter
from synterm.describe.generators.base import Generator
from synterm.describe.generators.registry import load_generator
from synterm.errors import InputError

Chain = tuple[Generator, ...]
"""Generators, each of which takes what the one before made."""
_MARKS = frozenset('|,[]{}"')
"""What means something on a command line."""


def read_chain(text: str) -> Chain:
    """The generators of ``terse | misspellings:strength=0.2``. Raises InputError, naming the part that is wrong."""
    parts = [part.strip() for part in _split(text, "|")]
    if not all(parts):
        raise InputError(f"a generator is missing in {text!r}", hint="write 'paraphrase | misspellings'")
    chain = tuple(load_generator(_config(part, None)) for part in parts)
    if any(not one.needs_seed for one in chain[1:]):
        late = next(one for one in chain[1:] if not one.needs_seed)
        raise InputError(f"{late.type} writes of itself, so it can only be the first of its chain", where=text)
    return chain


def read_filter(text: str) -> Filter:
    """The filter of ``near-duplicate:0.9`` or ``length:longest=200``; a bare value is its threshold."""
    return load_filter(_config(text.strip(), "threshold"))


def chain_text(chain: Chain) -> str:
    """A chain as `read_chain` takes it."""
    return " | ".join(_written(one.config(), None) for one in chain)


def filter_text(one: Filter) -> str:
    """A filter as `read_filter` takes it."""
    return _written(one.config(), "threshold")


def _written(config: dict[str, Any], bare: str | None) -> str:
    """``vary:tone=angry`` where that says it, else JSON."""
    rest = {name: value for name, value in config.items() if name != "type"}
    if bare is not None and [*rest] == [bare]:
        text = f"{config['type']}:{_plain(rest[bare])}"
    else:
        parts = ",".join(f"{name}={_plain(value)}" for name, value in rest.items())
        text = f"{config['type']}:{parts}" if parts else str(config["type"])
    try:
        same = _split(text, "|") == [text] and _config(text, bare) == config
    except InputError:
        same = False
    return text if same else canonical_json(config).decode()


def _plain(value: Any) -> str:
    """Text as it is, where it is read as text again; anything else as JSON."""
    if isinstance(value, str) and value.strip() == value and _value(value) == value and not _MARKS & {*value}:
        return value
    return canonical_json(value).decode()


def _config(text: str, bare: str | None) -> dict[str, Any]:
    if text.startswith("{"):
        try:
            found: Any = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise InputError(f"not JSON: {error}", where=text) from error
        return found
    kind, _, rest = text.partition(":")
    config: dict[str, Any] = {"type": kind.strip()}
    for part in _split(rest, ",") if rest.strip() else ():
        name, equals, value = part.partition("=")
        if not equals:
            if bare is None:
                raise InputError(f"{part.strip()!r} sets nothing", where=text, hint=f"write {kind}:NAME=VALUE")
            name, value = bare, part
        config[name.strip().replace("-", "_")] = _value(value.strip())
    return config


def _value(text: str) -> Any:
    """A number, true, false, a list or an object as JSON says it; anything else is text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _split(text: str, mark: str) -> list[str]:
    """The parts between marks that stand in no brackets and no quotation marks."""
    parts, depth, quoted, escaped, start = list[str](), 0, False, False, 0
    for at, letter in enumerate(text):
        if escaped or (quoted and letter == "\\"):
            escaped = not escaped
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in "[{":
            depth += 1
        elif not quoted and letter in "]}":
            depth -= 1
        elif not quoted and depth == 0 and letter == mark:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
