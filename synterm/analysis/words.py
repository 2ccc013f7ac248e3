"""Texts as words: the form in which they are compared, and the words that mark some of them among others."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from math import log

_BETWEEN_DIGITS = re.compile(r"(?<=\d)([.,:/-])(?=\d)")
_WORDS = re.compile(r"\w+")
_SHORTEST = 3
_MARKS = 3
"""Words in a name."""
_LEAST = 0.3
"""A word marks texts when it is in so many of them."""
_EVERYDAY = frozenset(
    "a about all also am an and any are as at be been but by can could did do does for from get give got had has have "
    "he her here hey him his how i i'd i'll i'm if in into is it its just know let like make me my need no not now of "
    "oh ok on one or our out please put really see she should so some tell than thank thanks that the their them then "
    "there these they thing this those to too up us very want was way we well were what when where which who why will "
    "with would you your".split()
)


def normal(text: str) -> str:
    """A text as it is compared: in one form of Unicode (NFKC), small letters, without punctuation but between digits,
    and with single spaces. A text of nothing but punctuation stays as it is.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return " ".join(folded.split())  # as most are
    # 1.5 is not 15, and not 1 5.
    parts = _BETWEEN_DIGITS.split(folded)
    plain = "".join(part if at % 2 else part.translate(_PLAIN) for at, part in enumerate(parts))
    return " ".join(plain.split()) or " ".join(folded.split())


class _Plain(dict[int, str]):
    """What stands for each character: punctuation becomes a space, an apostrophe nothing (don't and dont)."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        found = "" if letter in "'’" else " " if unicodedata.category(letter)[0] == "P" else letter
        self[code] = found
        return found


_PLAIN = _Plain()


def marks(texts: Sequence[str], everywhere: Counter[str], total: int) -> list[str]:
    """The words that are in many of these texts, and in few of the others; the most telling first."""
    inside = Counter(word for text in texts for word in words_of(text))
    size, others = len(texts), max(total - len(texts), 0)

    def telling(word: str) -> float:
        share = inside[word] / size
        elsewhere = (everywhere[word] - inside[word] + 0.5) / (others + 1)
        return share * log(max(share / elsewhere, 1e-9))

    least = max(_LEAST * size, min(2, size))
    chosen = [word for word, count in inside.items() if count >= least and telling(word) > 0]
    return sorted(chosen, key=lambda word: (-round(telling(word), 9), word))[:_MARKS]


def words_of(text: str) -> frozenset[str]:
    """The words of a text that can mark a cluster."""
    found = _WORDS.findall(normal(text))
    return frozenset(word for word in found if len(word) >= _SHORTEST and word not in _EVERYDAY and not word.isdigit())
