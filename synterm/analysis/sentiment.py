"""How glad or how angry a text sounds: of answers, and of what people say to an assistant."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from synterm.analysis.library import library

MAX_CHARACTERS = 4000
"""How much of a text counts: its beginning."""
_PIECE = 240
"""What is judged at a time. The library takes time with the square of it, and its makers mean it for sentences."""
_ENDS = ".!?…\n"
_NEED = "telling sentiment"


def sentiment(text: str) -> float:
    """0 for as angry as can be, 0.5 for neutral, 1 for as glad as can be.

    It is the compound score of VADER (C. Hutto and E. Gilbert, ICWSM 2014), from -1 to 1, mapped to 0 to 1: a lexicon
    of English words and emoji with rules for negation, emphasis and "but". Texts longer than some sentences are judged
    piece by piece, and the mean counts. What is in another language mostly comes out neutral. Raises ModelError where
    the library is missing.
    """
    analyzer = _analyzer()
    scores = [analyzer.polarity_scores(piece)["compound"] for piece in _pieces(text[:MAX_CHARACTERS])]
    compound = sum(scores) / len(scores) if scores else 0.0
    return min(1.0, max(0.0, (compound + 1) / 2))


def warm() -> None:
    """Load the lexicon. Raises ModelError."""
    _analyzer()


def _pieces(text: str) -> Iterator[str]:
    """Runs of whole sentences, of at most `_PIECE` characters; a longer sentence is cut at a space where it has one."""
    rest = text.strip()
    while len(rest) > _PIECE:
        head = rest[:_PIECE]
        cut = max(head.rfind(end) for end in _ENDS) + 1 or head.rfind(" ") + 1 or _PIECE
        if piece := head[:cut].strip():
            yield piece
        rest = rest[cut:].lstrip()
    if rest:
        yield rest


@cache
def _analyzer() -> Any:
    return library("vaderSentiment.vaderSentiment", need=_NEED).SentimentIntensityAnalyzer()
