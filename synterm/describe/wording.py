"""Inputs as the texts that filters compare, and how cases are named in a reason."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, cast

from synterm.core.case import DOCUMENTS, Case, value_text
from synterm.text import one_line

_SHOWN = 48
_ENDS = 1000
"""Of a text of more than twice as many characters, so many at its beginning and at its end are compared."""


def leaves(value: Any) -> Iterator[str]:
    """All texts and numbers within a JSON value, in order; without names."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Mapping):
            waiting.extend(reversed(list(cast("Mapping[str, Any]", one).values())))
        elif isinstance(one, list | tuple):
            waiting.extend(reversed(list(cast("list[Any]", one))))
        elif one is not None:
            yield value_text(one)


def compared(values: Mapping[str, Any]) -> str:
    """What of an input is compared: its values, a line each. Names, and a list of relevant documents, are left out."""
    chosen = [value for name, value in values.items() if name != DOCUMENTS or not isinstance(value, list)]
    return "\n".join(text for value in chosen for text in leaves(value))


def normal(text: str) -> str:
    """A text as it is compared: in one form of Unicode (NFKC), small letters, without punctuation but between digits,
    and with single spaces. A text of nothing but punctuation stays as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return " ".join(folded.split())  # as most are
    return " ".join("".join(_plain(folded)).split()) or " ".join(folded.split())


def _plain(text: str) -> Iterator[str]:
    last = len(text) - 1
    for at, letter in enumerate(text):
        if letter in "'’":
            continue  # don't and dont
        if unicodedata.category(letter)[0] != "P":
            yield letter
        else:
            # 1.5 is not 15, and not 1 5.
            yield letter if 0 < at < last and text[at - 1].isdigit() and text[at + 1].isdigit() else " "


def ends(text: str) -> str:
    """The beginning and the end of a long text: what is compared of it."""
    return text if len(text) <= 2 * _ENDS else text[:_ENDS] + text[-_ENDS:]


def shown(text: str) -> str:
    """A text, shortened, in quotes."""
    return f'"{one_line(text, _SHOWN)}"'


def named(case: Case) -> str:
    """A case as reasons name it: the end of its id, and its text shortened."""
    return f"case {case.id[-8:]} {shown(case.title)}"
