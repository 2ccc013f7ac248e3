"""Texts as words and runs of words, for checks that count what two texts have in common."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

# Scripts that put no spaces between words: each of their characters is a word.
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W{_SPACELESS}]+(?:'[^\W{_SPACELESS}]+)*")


def words(text: str) -> list[str]:
    """The words of a text, whatever their case: runs of letters and digits; punctuation is none."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("’", "'"))


def grams(tokens: Sequence[str], length: int) -> Iterator[Any]:
    """All runs of `length` words, in order."""
    if length == 1:
        return iter(tokens)
    return zip(*(islice(tokens, start, None) for start in range(length)), strict=False)


@lru_cache(maxsize=256)
def counted(text: str, length: int) -> Counter[Any]:
    """How often each run of `length` words stands in a reference. Not to be changed."""
    return Counter(grams(reference_words(text), length))


@lru_cache(maxsize=256)
def reference_words(text: str) -> tuple[str, ...]:
    """The words of a reference, which many answers are compared with."""
    return tuple(words(text))


def shared(found: Iterable[Any], wanted: Counter[Any]) -> int:
    """How many of the runs in `found` are wanted, each as often as it is wanted at most."""
    counts = Counter(filter(wanted.__contains__, found))
    return sum(min(count, wanted[gram]) for gram, count in counts.items())
