"""Values of checks as people write them: words, lists of words, and how they stand in a reason."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Annotated, Any, cast

from pydantic import BeforeValidator

from synterm.core.case import value_text
from synterm.text import one_line


def word(value: Any) -> Any:
    """A number, true or false as the text that stands for it in JSON; anything else, also what is no number (NaN), as
    it is."""
    if isinstance(value, float) and not math.isfinite(value):
        return value
    return value_text(value) if isinstance(value, bool | int | float) else value


Word = Annotated[str, BeforeValidator(word)]
"""A text; numbers, true and false may be written without quotes."""


def quoted(texts: Iterable[str]) -> str:
    """``"a", "b"``, each as one line of at most 60 characters."""
    return ", ".join(f'"{one_line(text, 60)}"' for text in texts)


def words_of(value: Any) -> tuple[str, ...]:
    """The texts of a list, or of one text that separates them by commas; ``"a, b", c`` keeps the first comma.

    Raises ValueError when there are none, when one is empty, or when it is neither a list nor a text.
    """
    value = word(value)
    found = _split(value) if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError("must be a text or a list of texts")
    words = [word(item) for item in cast("Iterable[Any]", found)]
    if not words or not all(isinstance(item, str) and item for item in words):
        raise ValueError("must hold texts that are not empty")
    return tuple(words)


def _split(text: str) -> list[str]:
    """Items between commas, as promptfoo's ``contains-any`` reads them: quotes keep commas, empty items are skipped."""
    items: list[str] = []
    rest = text.strip(", \t\r\n")
    while rest:
        item, rest = _quoted_item(rest) if rest.startswith('"') else _bare_item(rest)
        items.append(item)
        rest = rest.lstrip(", \t\r\n")
    return items


def _bare_item(text: str) -> tuple[str, str]:
    item, _, rest = text.partition(",")
    return item.strip(), rest


def _quoted_item(text: str) -> tuple[str, str]:
    """The item in quotes at the start, and what follows; ``""`` and ``\\"`` stand for a quote within."""
    item: list[str] = []
    position = 1
    while position < len(text):
        pair = text[position : position + 2]
        if pair in ('""', '\\"', "\\\\"):
            item.append(pair[1])
            position += 2
        elif pair[0] == '"':
            return "".join(item), _after_quotes(text[position + 1 :])
        else:
            item.append(pair[0])
            position += 1
    raise ValueError("has a quote that is not closed")


def _after_quotes(rest: str) -> str:
    rest = rest.lstrip()
    if rest and not rest.startswith(","):
        raise ValueError("needs a comma after what is in quotes")
    return rest
