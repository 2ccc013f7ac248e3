"""Inputs as the texts that filters compare, and how cases are named in a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from synterm.analysis.words import normal as normal  # where this layer and those above look for it
from synterm.core.case import DOCUMENTS, Case, value_text
from synterm.text import one_line

_SHOWN = 48


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


def shown(text: str) -> str:
    """A text, shortened, in quotes."""
    return f'"{one_line(text, _SHOWN)}"'


def named(case: Case) -> str:
    """A case as reasons name it: the end of its id, and its text shortened."""
    return f"case {case.id[-8:]} {shown(case.title)}"
