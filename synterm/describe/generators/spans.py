"""The parts of a text that noise leaves alone: what stands for something else, and what checks look for."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple, cast

MAX_WANTED = 100
"""So many texts that must stay are looked for, and none that is longer than a thousand characters."""


class Span(NamedTuple):
    """From a character to the one before another."""

    start: int
    end: int


# Repetitions have an end, and the rest goes word by word: no text takes more than time in proportion to its length.
_CODE = re.compile(r"```.{0,10000}?(?:```|\Z)|`[^`\n]{1,500}`", re.DOTALL)
_PLACEHOLDER = re.compile(
    r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|\$?\{[^{}\s]{1,60}\}|\$[A-Z_]{2,40}|%\([^()\s]{1,40}\)s|%[sd]\b"
    r"|<[^<>\n]{1,60}>|\[[A-Z][A-Z_]{1,40}\]",
    re.DOTALL,
)
_WORD = re.compile(r"\S+")
# A web or mail address, a path, the name of a file or host, a handle, some_name, a=b.
_TECHNICAL = re.compile(r"://|\w[.@/\\_=#:+&]+\w|^[@#/~\\]\w|^www\.")
_ALPHANUMERIC = re.compile(r"[A-Za-z\d]+(?:[.,:/-][A-Za-z\d]+)*")
_DIGIT = re.compile(r"\d")


def spans(text: str, also: Iterable[str] = (), *, numbers: bool = True) -> list[Span]:
    """The spans of `text` that stay, in order and apart: code, placeholders, addresses and what looks like them,
    with `numbers` what holds a digit (3pm), and wherever one of `also` occurs as words, whatever its case."""
    found = [*_matches(_CODE, text), *_matches(_PLACEHOLDER, text), *_holding(_TECHNICAL, _WORD, text)]
    if numbers:
        found += _holding(_DIGIT, _ALPHANUMERIC, text)
    for wanted in islice(also, MAX_WANTED):
        if wanted.strip() and len(wanted) <= 1000:
            found += _matches(_as_words(wanted), text)
    return _joined(found)


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in pattern.finditer(text))


def _holding(sign: re.Pattern[str], word: re.Pattern[str], text: str) -> Iterator[Span]:
    """The words that hold a sign."""
    return (Span(*match.span()) for match in word.finditer(text) if sign.search(match.group()))


def _as_words(wanted: str) -> re.Pattern[str]:
    """`wanted` where it is not the middle of a longer word: an expected "a" is not every a."""
    left = r"(?<!\w)" if wanted[0].isalnum() and wanted[0].isascii() else ""
    right = r"(?!\w)" if wanted[-1].isalnum() and wanted[-1].isascii() else ""
    return re.compile(left + re.escape(wanted) + right, re.IGNORECASE)


def _joined(found: list[Span]) -> list[Span]:
    apart: list[Span] = []
    for span in sorted(found):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return apart


class Stays:
    """Spans, to ask whether a change would touch one."""

    def __init__(self, kept: list[Span]) -> None:
        self._kept = kept
        self._starts = [span.start for span in kept]

    def touched(self, start: int, end: int) -> bool:
        """Whether replacing the characters from `start` to `end` would change what stays. Where they are the same
        something is put in, which must not make an address longer either."""
        at = bisect_right(self._starts, max(start - 1, end - 1)) - 1
        if at < 0:
            return False
        span = self._kept[at]
        return start <= span.end if start == end else start < span.end


def texts_in(value: Any) -> Iterator[str]:
    """The texts and numbers that an expected value holds, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, dict):
        for below in cast("dict[str, Any]", value).values():
            yield from texts_in(below)
    elif isinstance(value, list | tuple):
        for below in cast("Collection[Any]", value):
            yield from texts_in(below)
