"""Half a message: cut off, begun too late, or in the style of a telegram."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from synterm.describe.candidate import Keeps
from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import words

_LEFT_OUT = frozenset(
    "a am an and are be been being can could did do does for had has have i i'd i'm is it its just me my of on or our "
    "please shall should so some that the their there these this those to us was we were will with would you "
    "your".split()
)
_WORD = re.compile(r"\S+")


class Fragments(Noise):
    """Cuts a message off after a word or in the middle of one, begins it late, or leaves out the small words as a
    telegram does (English only).

    What is missing may be what the answer depends on, so nobody knows whether the expected result still holds. Numbers
    may go; placeholders, addresses and what the case expects don't.
    """

    type = "fragments"
    title = "cuts messages off, or leaves the small words out"
    keeps: ClassVar[Keeps] = "unknown"
    then: ClassVar[str] = "unknown"
    kinds: ClassVar[tuple[str, ...]] = ("end missing", "beginning missing", "telegram")
    english: ClassVar[frozenset[str]] = frozenset(("telegram",))
    spares_numbers: ClassVar[bool] = False

    strength: float = Field(default=0.5, gt=0, le=1)
    """How much may be missing: the share of the text that is cut at most, or the share of the small words left out."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        if kind == "telegram":
            return _telegram(text)
        return self._cuts(text, from_start=kind == "beginning missing")

    def count(self, kind: str, places: int) -> int:
        """A text is cut once."""
        return super().count(kind, places) if kind == "telegram" else 1

    def _cuts(self, text: str, *, from_start: bool) -> Iterable[Site]:
        found = [word.span() for word in _WORD.finditer(text)]
        most = max(len(text.strip()) * self.strength, 1)
        first, last = (found[0][0], found[-1][1]) if found else (0, 0)
        for start, end in found:
            if from_start and first < start <= first + most:
                yield Site(0, start, [""])
            if not from_start:
                # After the word, or between its letters where it is long.
                inside = (end - 2, end - 3) if end - start > 5 and text[start:end].isascii() else ()
                yield from (Site(at, len(text), [""]) for at in (end, *inside) if last - most <= at < last)


def _telegram(text: str) -> Iterable[Site]:
    for word in words(text):
        if word.group().lower().replace("’", "'") in _LEFT_OUT:
            start, end = word.span()
            if text[end : end + 1] == " ":
                yield Site(start, end + 1, [""])
            elif text[start - 1 : start] == " " and start:
                yield Site(start - 1, end, [""])
