"""How well a command fits what someone typed. A word's beginning counts most, scattered letters least."""

from __future__ import annotations

import re
from typing import NamedTuple

_BEGINS, _INSIDE, _EXPLAINED, _SCATTERED = 1.0, 0.5, 0.3, 0.05
_WORD = re.compile(r"\w+")


class Fit(NamedTuple):
    """How well it fits, 0 (not at all) to 1, and which stretches of the title it is about."""

    score: float
    spans: tuple[tuple[int, int], ...] = ()


NONE = Fit(0.0)


def fit(query: str, title: str, explanation: str = "") -> Fit:
    """How a title, and the sentence that explains it, fit a query; every word of the query must be found."""
    words = query.lower().split()
    fits = [_word_fit(word, title.lower(), explanation.lower()) for word in words]
    if not fits or not all(each.score for each in fits):
        return NONE
    return Fit(sum(each.score for each in fits) / len(fits), tuple(span for each in fits for span in each.spans))


def _word_fit(word: str, title: str, explanation: str) -> Fit:
    starts = [found.start() for found in _WORD.finditer(title)]
    for place, start in enumerate(starts):
        if title.startswith(word, start):
            # The earlier the word, the better; and all of it better than its beginning.
            whole = not title[start + len(word) : start + len(word) + 1].isalnum()
            return Fit(_BEGINS - 0.02 * min(place, 9) - (0 if whole else 0.01), ((start, start + len(word)),))
    if len(word) > 1 and (inside := title.find(word)) >= 0:
        return Fit(_INSIDE, ((inside, inside + len(word)),))
    if any(found.group().startswith(word) for found in _WORD.finditer(explanation)):
        return Fit(_EXPLAINED)
    places = _scattered(word, title)
    return Fit(_SCATTERED, tuple((place, place + 1) for place in places)) if places else NONE


def _scattered(word: str, title: str) -> list[int]:
    """Where the letters of `word` stand in `title`, one after the other; empty when they don't."""
    places: list[int] = []
    for letter in word:
        place = title.find(letter, places[-1] + 1 if places else 0)
        if place < 0:
            return []
        places.append(place)
    return places
