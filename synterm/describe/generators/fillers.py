"""Words that say nothing: um, like, you know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.example import Example
from synterm.describe.generators.noise import Noise, Site

_FIRST = ("um", "uh", "so", "well", "ok so", "hmm", "hey", "right", "oh", "hi there")
_WITHIN = ("um", "uh", "er", "like", "you know", "I mean")
_LAST = ("you know", "I guess", "if that makes sense", "thanks", "thank you")
_START = re.compile(r"(?:(?<=\A)|(?<=[.!?] )|(?<=\n))[A-Za-z]+(?:['’][a-z]+)?")
_GAP = re.compile(r"(?<=[a-z]) (?=[A-Za-z])")
_CLOSE = re.compile(r"(?<=[A-Za-z])(?=[.!?…]*\s*\Z)")
# May lose their capital when something is put before them; others may be names.
_SMALL = frozenset(
    "a all an and any are as at can can't could did do does don't find for get give go has have he how if in is it "
    "it's let let's make my need no not on or our please put remind schedule send set she show so some tell that "
    "that's the there these they this to we what what's when where which who why will who's with would you your".split()
)


class Fillers(Noise):
    """Puts in words that say nothing: "um, ", ", you know, ", ", thanks". English only.

    One place to begin, one to end, and the gaps between words; the words themselves stay.
    """

    type = "fillers"
    title = "puts in filler words: um, like, you know"
    example = Example({}, {"message": "What's free at 3pm? I need a room with a screen."})
    kinds: ClassVar[tuple[str, ...]] = ("first", "within", "last")
    english: ClassVar[frozenset[str]] = frozenset(kinds)
    strength: float = Field(default=0.15, gt=0, le=1)
    """The share of the places that get one."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        if kind == "first":
            return _first(text)
        if kind == "within":
            return (Site(*gap.span(), [f", {word}, " for word in _WITHIN]) for gap in _GAP.finditer(text))
        return (Site(*end.span(), [f", {word}" for word in _LAST]) for end in _CLOSE.finditer(text))


def _first(text: str) -> Iterator[Site]:
    for start in _START.finditer(text):
        word = start.group()
        small = word.lower() if word.lower().replace("’", "'") in _SMALL else word
        opened = [one[0].upper() + one[1:] if word[0].isupper() else one for one in _FIRST]
        yield Site(*start.span(), [f"{one}, {small}" for one in opened])
