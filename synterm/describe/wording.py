"""Inputs as the texts that filters compare, and how cases are named in a reason."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, cast

from synterm.core.case import DOCUMENTS, Case, value_text
from synterm.text import one_line

_SHOWN = 48
_BETWEEN_DIGITS = re.compile(r"(?<=\d)([.,:/-])(?=\d)")


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
    # 1.5 is not 15, and not 1 5.
    parts = _BETWEEN_DIGITS.split(folded)
    plain = "".join(part if at % 2 else part.translate(_PLAIN) for at, part in enumerate(parts))
    return " ".join(plain.split()) or " ".join(folded.split())


class _Plain(dict[int, str]):
    """What stands for each character: punctuation becomes a space, an apostrophe nothing (don't and dont)."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        found = "" if letter in "'’" else " " if unicodedata.category(letter)[0] == "P" else letter
        self[code] = found
        return found


_PLAIN = _Plain()


def shown(text: str) -> str:
    """A text, shortened, in quotes."""
    return f'"{one_line(text, _SHOWN)}"'


def named(case: Case) -> str:
    """A case as reasons name it: the end of its id, and its text shortened."""
    return f"case {case.id[-8:]} {shown(case.title)}"
