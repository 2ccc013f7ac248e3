"""Words and where they stand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_NEGATIONS = frozenset("cannot neither never no nobody none nor not nothing nowhere without".split())
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text: letters, with apostrophes between them.

    Left out are words with marks or joiners upon them: to change a letter below a mark would change another one.
    """
    return (word for word in _LETTERS.finditer(text) if not (word.end() < len(text) and _joins(text[word.end()])))


def _joins(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf", "Cs")


def cased(character: str) -> bool:
    """Whether a letter is of a script with small and capital letters, each being one character."""
    return character.lower() != character.upper() and len(character.lower()) == len(character.upper()) == 1


def negates(word: str) -> bool:
    """Whether an English word says no: to misspell it may turn the meaning around."""
    low = word.lower().replace("’", "'")
    return low in _NEGATIONS or low.endswith("n't")


def like(word: str, new: str) -> str:
    """`new` with the casing of `word`: all capitals, a capital first, or as it is."""
    if word.isupper() and len(word) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if word[:1].isupper() else new
