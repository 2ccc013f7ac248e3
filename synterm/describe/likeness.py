"""How alike two texts are in their wording, 0 to 1.

The measure is the normalised Indel similarity (RapidFuzz's ``ratio``): with d insertions and deletions between texts
of L units together, 1 - d / L. Two things are added. In a short text each difference weighs more, as with few letters
everything is alike: likeness = 1 - d / L · (1 + 20 / L), not below 0. And texts that are both over 400 characters long
are compared word by word, shorter ones letter by letter: letters alone are alike in all long texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from zlib import crc32

from synterm.describe.wording import normal

LONG = 400
"""From more characters on, texts are compared by words."""
_SHORT = 20
"""At so many units in both texts together a difference counts twice."""
_ENDS = 5000
"""Of a text of more than twice as many characters, so many at its beginning and at its end are compared."""
_FIRST, _CODES = 0x100, 0xD000
"""Words become characters among these, short of the surrogates: two bytes each."""


@dataclass(frozen=True, slots=True)
class Units:
    """A text ready to be compared."""

    letters: str
    """The text in its normal form."""
    words: str
    """A character for each word; empty for a text that is not long."""

    @property
    def size(self) -> int:
        """Characters of the text."""
        return len(self.letters)


def units(text: str) -> Units:
    """A text ready to be compared: whatever its case, punctuation and spaces."""
    head = text if len(text) <= 2 * _ENDS else f"{text[:_ENDS]} {text[-_ENDS:]}"
    letters = normal(head)
    return Units(letters, _coded(letters) if len(letters) > LONG else "")


def likeness(one: Units, other: Units, least: float = 0.0) -> float:
    """How alike two texts are; 0 where that is below `least`, which saves time."""
    by_words = bool(one.words and other.words)
    a, b = (one.words, other.words) if by_words else (one.letters, other.letters)
    return alike(a, b, least, by_words=by_words)


def alike(a: str, b: str, least: float, *, by_words: bool) -> float:
    """The same for two rows of units."""
    from rapidfuzz.distance.Indel import distance

    if a == b:
        return 1.0
    total = len(a) + len(b)
    most = allowed(total, least, by_words=by_words)
    found = distance(a, b, score_cutoff=most)
    return 0.0 if found > most else max(1 - found / _weight(total, by_words), 0.0)


def allowed(total: int, least: float, *, by_words: bool) -> int:
    """How many insertions and deletions are between texts of `total` units together, at most, that are so alike."""
    # What 0.1 + 0.2 is short of 0.3 must not decide.
    return min(floor((1 - least) * _weight(total, by_words) + 1e-9), total)


def longest(size: int, least: float, *, by_words: bool) -> int:
    """The most units that a text has that is so alike to one of `size` units."""
    if least <= 0:
        return 1 << 30
    bound = floor(size * (2 - least) / least + 1e-9)
    while bound > size and bound - size > allowed(size + bound, least, by_words=by_words):
        bound -= 1
    return bound


def _weight(total: int, by_words: bool) -> float:
    """What the number of differences is divided by: the length, and less for a short one."""
    return float(total) if by_words else total * total / (total + _SHORT)


def _coded(text: str) -> str:
    return "".join(chr(_FIRST + crc32(word.encode("utf-8", "surrogatepass")) % _CODES) for word in text.split())
