"""Documents cut into chunks that overlap.

A chunk ends where a paragraph, a line or a word does, if one ends in its second half; it never ends within what a
person sees as one character (a grapheme cluster, Unicode UAX #29), unless that alone is longer than a chunk.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_BREAKS = tuple(re.compile(pattern) for pattern in (r"\n[ \t\r]*\n", r"\n", r"\s"))
_PLAIN_BELOW = "\u0300"
"""Characters below it stand alone, but for \\r before \\n: nothing joins them to what is beside them."""


class Span(NamedTuple):
    """Where a chunk stands in its text."""

    start: int
    end: int


def chunk_spans(text: str, size: int, overlap: int) -> Iterator[Span]:
    """The chunks of a text, at most `size` characters each, which together cover all of it.

    Each begins at most `overlap` characters before the one before it ends; `overlap` is at most half of `size`.
    """
    start, last = 0, len(text)
    while start < last:
        end = last if last - start <= size else _end(text, start, start + size)
        yield Span(start, end)
        if end == last:
            return
        start = _next_start(text, start, end, overlap)


def _end(text: str, start: int, limit: int) -> int:
    middle = start + (limit - start) // 2
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, middle, limit)]
        if ends and _is_boundary(text, start, ends[-1]):
            return ends[-1]
    return _boundary_before(text, start, limit)


def _next_start(text: str, start: int, end: int, overlap: int) -> int:
    """Where the next chunk begins: with a word, if one begins in the overlap."""
    earliest = max(end - overlap, start + 1)
    if earliest >= end:
        return end
    if text[earliest - 1].isspace() and _is_boundary(text, start, earliest):
        return earliest
    word = re.compile(r"\s(?=\S)").search(text, earliest, end)
    if word is not None and word.end() < end and _is_boundary(text, start, word.end()):
        return word.end()
    return _boundary_after(text, start, earliest, end)


def _is_boundary(text: str, start: int, at: int) -> bool:
    """Whether no grapheme cluster is cut at a place after `start`, which is such a place itself."""
    return _stand_apart(text, at) or at in _boundaries(text, start, at)


def _boundary_before(text: str, start: int, limit: int) -> int:
    """The last place up to `limit` where no cluster is cut; `limit` where a cluster is longer than the chunk."""
    if _stand_apart(text, limit):
        return limit
    places = _boundaries(text, start, limit)
    found = places[bisect_right(places, limit) - 1] if places and places[0] <= limit else start
    return found if found > start else limit


def _boundary_after(text: str, start: int, earliest: int, end: int) -> int:
    if _stand_apart(text, earliest):
        return earliest
    places = _boundaries(text, start, end)
    found = bisect_left(places, earliest)
    return min(places[found], end) if found < len(places) else end


def _stand_apart(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at : at + 1]
    return before < _PLAIN_BELOW and after < _PLAIN_BELOW and not (before == "\r" and after == "\n")


def _boundaries(text: str, start: int, until: int) -> list[int]:
    """The ends of the grapheme clusters from `start`, which one begins at, to the first at or after `until`."""
    import regex

    # Where a cluster ends does not depend on what comes after the character behind it.
    return [found.end() for found in regex.compile(r"\X").finditer(text, start, min(until + 1, len(text)))]
