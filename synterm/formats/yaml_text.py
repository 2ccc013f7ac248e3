"""YAML as synterm writes it: JSON's types, pretty, and read back by `load_yaml` as exactly the same.

What fits on a line stands on one; texts of several lines stand as they are, line by line, so that a difference of two
texts shows the lines that changed. Nothing that could hide or reorder what surrounds it comes out as it is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from synterm.errors import InputError

BEGIN = "---"
"""The line that begins a document."""
END = "..."
"""The line that ends the last one."""
WIDTH = 120
"""Characters up to which lists and named values stand on one line."""
_FLAT = 2
"""How many levels of them may stand on one line."""
_LONGEST_KEY = 500
"""YAML takes names of up to 1024 characters as they are."""
_INDENT = "  "

# What YAML does not take as it is, and what `synterm.text` shows as marks because it hides, joins or reorders.
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./@()'!?;%&*+=<>$-]*[\w./()'!?;%&*+=<>$-])?")
# Words that other readers of YAML take for values.
_WORDS = frozenset("null true false yes no on off y n nan inf".split())


def yaml_text(value: Mapping[str, Any]) -> str:
    """Named values as a YAML text, each on lines of its own; an empty text for none.

    Raises InputError for what JSON does not have.
    """
    return "".join(f"{line}\n" for line in _mapping(value, 0))


def yaml_flow(value: Any) -> str:
    """Any value on one line."""
    return _flow(value)


def _block(value: Any, level: int) -> Iterator[str]:
    """The lines of a value; the first is the one that stands behind its name or dash, or empty to begin below."""
    indent = _INDENT * level
    if isinstance(value, str):
        yield from _text(value, indent)
    elif not isinstance(value, Mapping | list | tuple) or _fits(value, len(indent)):
        yield _flow(value)
    elif isinstance(value, Mapping):
        yield ""
        yield from _mapping(cast("Mapping[str, Any]", value), level)
    else:
        yield ""
        yield from _sequence(cast("Sequence[Any]", value), level)


def _mapping(value: Mapping[str, Any], level: int) -> Iterator[str]:
    indent = _INDENT * level
    for key, one in value.items():
        name = _scalar(key)
        lines = _block(one, level + 1)
        if len(name) > _LONGEST_KEY:
            yield f"{indent}? {name}"
            name = ""
        first = next(lines)
        yield f"{indent}{name}: {first}" if first else f"{indent}{name}:"
        yield from lines


def _sequence(value: Sequence[Any], level: int) -> Iterator[str]:
    indent = _INDENT * level
    for one in value:
        lines = _block(one, level + 1)
        # What begins below begins right behind the dash instead.
        first = next(lines) or next(lines).removeprefix(indent + _INDENT)
        yield f"{indent}- {first}"
        yield from lines


def _text(text: str, indent: str) -> Iterator[str]:
    """A text on one line, or as it is, or in quotes line by line."""
    if "\n" not in text or not text.strip("\n"):
        yield _scalar(text)
        return
    if UNSAFE.search(text):
        parts = text.split("\n")
        parts = [*(f"{part}\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]
        lines = [_escaped(part) for part in parts]
        # A space at the beginning of a line would be taken for its indent.
        rest = [f"\\{line}" if line[0] in " \t" else line for line in lines[1:]]
        yield "\\\n".join([f'"{lines[0]}', *(indent + line for line in rest)]) + '"'
        return
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    # Where the first line does not tell how far the text is indented, a number does.
    told = "2" if body[0] in " \t\n" else ""
    yield f"|{told}{('-', '', '+')[min(ends, 2)]}"
    yield from (f"{indent}{line}" if line else "" for line in body.split("\n"))
    yield from [""] * (ends - 1)


def _fits(value: Any, used: int) -> bool:
    """Whether a list or named values stand well on one line."""
    return not value or (_levels(value) <= _FLAT and used + len(_flow(value)) <= WIDTH)


def _levels(value: Any) -> int:
    """How many levels of lists and named values there are, as far as that matters; too many for a text of lines."""
    if isinstance(value, Mapping):
        inner: Any = cast("Mapping[str, Any]", value).values()
    elif isinstance(value, list | tuple):
        inner = cast("Sequence[Any]", value)
    else:
        return _FLAT + 1 if isinstance(value, str) and "\n" in value else 0
    most = 0
    for one in inner:
        most = max(most, _levels(one))
        if most >= _FLAT:
            break
    return most + 1


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        named = cast("Mapping[str, Any]", value)
        return "{" + ", ".join(f"{_flow_name(key)}: {_flow(one)}" for key, one in named.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in cast("Sequence[Any]", value)) + "]"
    return _scalar(value)


def _flow_name(key: Any) -> str:
    name = _scalar(key)
    return name if len(name) <= _LONGEST_KEY else f"? {name}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else f'"{_escaped(value)}"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and -(2**63) <= value < 2**64:
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    raise InputError(f"a text can't hold the value {str(value)[:40]!r}")


def _is_plain(text: str) -> bool:
    return (
        len(text) <= WIDTH
        and _PLAIN.fullmatch(text) is not None
        and text.casefold() not in _WORDS
        and not UNSAFE.search(text)
    )


def _escaped(text: str) -> str:
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    return UNSAFE.sub(_escape, inner) if UNSAFE.search(inner) else inner


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
