"""Spelling mistakes, of the hand, of a scanner, of the ear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import cased, like, negates, words

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SEEN = {
    "a": "o", "b": "h6", "c": "e", "d": "cl", "e": "c", "f": "t", "g": "q9", "h": "b", "i": "l1", "l": "1I", "m": "rn",
    "n": "ri", "o": "0c", "q": "g", "r": "n", "s": "5", "t": "f", "u": "v", "v": "u", "w": "vv", "z": "2",
    "rn": "m", "cl": "d", "vv": "w", "li": "h", "ri": "n",
    "B": "8", "D": "O", "E": "F", "G": "6", "I": "l1", "O": "0Q", "S": "5", "Z": "2",
}  # fmt: skip
_TWO_FOR_ONE = frozenset(("d", "m", "n", "w"))
"""Letters that are misread as what stands there as a whole; of the others each character is a misreading of its own."""
_HEARD = (
    ("able", "ible"), ("ible", "able"), ("ance", "ence"), ("ence", "ance"), ("ant", "ent"), ("ent", "ant"),
    ("ar", "er"), ("ate", "eight"), ("ce", "se"), ("ch", "tch"), ("ck", "k"), ("dge", "ge"), ("ea", "ee"),
    ("ee", "ea"), ("ei", "ie"),
    ("er", "or"), ("ew", "oo"), ("ght", "te"), ("ie", "ei"), ("igh", "y"), ("ise", "ize"), ("ize", "ise"), ("kn", "n"),
    ("mb", "m"), ("oa", "o"), ("or", "er"), ("ough", "uff"), ("ould", "ud"), ("ph", "f"), ("qu", "kw"), ("sc", "s"),
    ("se", "ze"), ("sion", "tion"), ("tion", "sion"), ("ture", "cher"), ("ue", "oo"), ("wh", "w"), ("wr", "r"),
    ("bb", "b"), ("cc", "c"), ("dd", "d"), ("ff", "f"), ("gg", "g"), ("ll", "l"), ("mm", "m"), ("nn", "n"), ("pp", "p"),
    ("rr", "r"), ("ss", "s"), ("tt", "t"),
)  # fmt: skip
_CONFUSED = tuple(
    group.split()
    for group in (
        "their there they're", "your you're", "its it's", "then than", "lose loose", "affect effect", "weather whether",
        "accept except", "hear here", "new knew", "right write", "week weak", "where wear", "which witch",
        "whose who's", "would wood", "buy by", "quite quiet", "our are", "could've could of", "definitely definately",
    )
)  # fmt: skip


class Misspellings(Noise):
    """Misspells words: a neighbouring key, letters swapped, left out or doubled; misread as a scanner does (rn for m);
    or written by ear (English only: "recieve", "their" for "there").

    Words that say no stay: a letter less in "not", and the meaning is another. Letters that no keyboard of the kind
    QWERTY has are only swapped, left out or doubled, and only in scripts with capital letters; other scripts are left
    alone.
    """

    type = "misspellings"
    title = "misspells words as hands, scanners and ears do"
    kinds: ClassVar[tuple[str, ...]] = ("keys", "letters", "scan", "ear")
    english: ClassVar[frozenset[str]] = frozenset(("ear",))

    strength: float = Field(default=0.2, gt=0, le=1)
    """The share of the words that are misspelled."""
    shortest: int = Field(default=3, ge=2, le=20)
    """Words with fewer letters stay as they are."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        for word in words(text):
            old = word.group()
            if self.shortest <= len(old) <= _LONGEST and not negates(old):
                options = [new for new in dict.fromkeys(_WAYS[kind](old)) if new != old]
                if options:
                    yield Site(*word.span(), options)


_LONGEST = 40


def _keys(word: str) -> Iterator[str]:
    """A key beside the one that was meant."""
    for at, letter in enumerate(word):
        for near in _NEAR.get(letter.lower(), ""):
            yield word[:at] + (near.upper() if letter.isupper() else near) + word[at + 1 :]


def _letters(word: str) -> Iterator[str]:
    """Letters swapped, left out, or typed twice; the first one stays, as it mostly does."""
    if not all(cased(letter) for letter in word if letter.isalpha()):
        return
    for at in range(1, len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at] + word[at:]
        if at + 1 < len(word):
            yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _scan(word: str) -> Iterator[str]:
    for at in range(len(word)):
        for size in (1, 2):
            seen = word[at : at + size]
            for other in _misread(seen) if len(seen) == size else ():
                yield word[:at] + other + word[at + size :]


def _misread(seen: str) -> Iterable[str]:
    whole = len(seen) == 2 or seen in _TWO_FOR_ONE
    return [_SEEN[seen]] if whole and seen in _SEEN else _SEEN.get(seen, "")


def _ear(word: str) -> Iterator[str]:
    low = word.lower().replace("’", "'")
    for group in _CONFUSED:
        if low in group:
            yield from (like(word, other) for other in group if other != low)
    for sound, other in _HEARD:
        at = low.find(sound, 0 if sound in _FIRST else len(sound) - 1)
        if at >= 0:
            new = word[:at] + (other.upper() if word.isupper() else other) + word[at + len(sound) :]
            yield like(word, new)


_FIRST = frozenset(("ph", "kn", "wh", "wr", "qu"))
"""Sounds that may begin a word; others stand further on, or "want" would become "went"."""
_WAYS = {"keys": _keys, "letters": _letters, "scan": _scan, "ear": _ear}


def _near() -> dict[str, str]:
    """The keys around each key: beside it, and those that touch it in the rows above and below."""
    near: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for at, key in enumerate(row):
            above = _ROWS[number - 1][at : at + 2] if number else ""
            below = _ROWS[number + 1][max(at - 1, 0) : at + 1] if number + 1 < len(_ROWS) else ""
            near[key] = row[max(at - 1, 0) : at] + row[at + 1 : at + 2] + above + below
    return near


_NEAR = _near()
