"""What fields of several checks have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from synterm.checks.base import Answer
from synterm.checks.words import word, words_of
from synterm.errors import InputError

Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""The lowest score that passes, from 0 to 1."""
MAX_CHARACTERS = 1_000_000
"""The longest answer that most checks read."""


def texts_of(value: Any) -> tuple[str, ...]:
    """One text, whose commas separate nothing, or a list of texts. Raises ValueError."""
    value = word(value)
    return words_of([value] if isinstance(value, str) else value)


Texts = Annotated[tuple[str, ...], BeforeValidator(texts_of)]
"""One text, or a list of them."""


def references(value: tuple[str, ...] | None, answer: Answer) -> tuple[str, ...]:
    """The texts that an answer is compared with: the check's, else what the case expects, a text or a list of texts.

    Raises InputError where there are none.
    """
    if value is not None:
        return value
    if answer.expected is None or answer.expected == "":
        raise InputError("the check has no value, and the case expects no text")
    try:
        return texts_of(answer.expected)
    except ValueError as error:
        raise InputError(f"the check has no value, and what the case expects {error}") from error


def bounded(text: str, limit: int = MAX_CHARACTERS) -> str:
    """`text`. Raises InputError for one over `limit` characters: the check then gives no verdict."""
    if len(text) > limit:
        raise InputError(f"the answer is over {limit:,} characters long, too long for this check")
    return text
