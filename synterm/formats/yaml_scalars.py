"""Plain YAML scalars as JSON's types.

As YAML 1.2's core schema reads them (yaml.org/spec/1.2.2, §10.3.2), so that `no`, `on` and dates are texts; but `.inf`
and `.nan`, which JSON does not have, are texts too.
"""

from __future__ import annotations

import re

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_STARTS = frozenset("+-.0123456789")


def resolve(text: str) -> bool | int | float | str | None:
    """What a scalar without quotes stands for. Raises ValueError for a number that JSON tools can't keep."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        return _integer(text)
    return _float(text) if _FLOAT.fullmatch(text) else text


def _integer(text: str) -> int:
    # Python refuses to read numbers of very many digits; 64 bits are what JSON tools keep.
    value = int(text, 0 if text[:2] in ("0o", "0x") else 10) if len(text) <= 30 else 2**64
    if not -(2**63) <= value < 2**64:
        raise ValueError("the number is too large to keep; put it in quotes")
    return value


def _float(text: str) -> float:
    value = float(text)
    if abs(value) == float("inf"):
        raise ValueError("the number is too large to keep; put it in quotes")
    return value


def is_whole(text: str) -> bool:
    """Whether UTF-8 can hold the text: an escape can name half a character."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
