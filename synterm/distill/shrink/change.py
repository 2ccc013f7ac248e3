"""What tells two inputs from each other, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from synterm.distill.shrink.parts import words_in
from synterm.text import one_line

_SHOWN = 60
_MOST_WORDS = 2000
"""Beyond these two texts are not compared word by word: it would take too long."""


class _Change(NamedTuple):
    """Words of one text, from `a` on up to `a_end`, that the other has not, and those that it has in their place."""

    a: int
    a_end: int
    b: int
    b_end: int


def distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, int]:
    """How many words tell two inputs apart; and by how many one is longer, so that of several the longest is last."""
    mine, theirs = words_in(one)[:_MOST_WORDS], words_in(other)[:_MOST_WORDS]
    changed = sum(max(one.a_end - one.a, one.b_end - one.b) for one in _changes(mine, theirs))
    return changed, abs(len(mine) - len(theirs))


def has_common_word(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two inputs share a word, in order and as it is written: else one is no change of the other."""
    mine, theirs = words_in(one)[:_MOST_WORDS], words_in(other)[:_MOST_WORDS]
    return distance(one, other)[0] < max(len(mine), len(theirs))


def change_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What is to be done to `before` so that it says `after`: ``without "not"; with "please"``."""
    old, new = words_in(before)[:_MOST_WORDS], words_in(after)[:_MOST_WORDS]
    said = [_words(old[one.a : one.a_end], new[one.b : one.b_end]) for one in _changes(old, new)]
    return "; ".join(said) or "other spaces or values"


def _changes(old: Sequence[str], new: Sequence[str]) -> list[_Change]:
    """The fewest changes of words, neighbours as one. Bounded, whatever the texts say: difflib takes a minute and more
    for two that say one word over and over."""
    from rapidfuzz.distance import Levenshtein

    found: list[_Change] = []
    for op in Levenshtein.opcodes(old, new):
        if op.tag == "equal":
            continue
        last = found[-1] if found else None
        if last and (last.a_end, last.b_end) == (op.src_start, op.dest_start):
            found[-1] = _Change(last.a, op.src_end, last.b, op.dest_end)
        else:
            found.append(_Change(op.src_start, op.src_end, op.dest_start, op.dest_end))
    return found


def _words(old: Sequence[str], new: Sequence[str]) -> str:
    if not new:
        return f"without {_quoted(old)}"
    if not old:
        return f"with {_quoted(new)}"
    return f"{_quoted(new)} in place of {_quoted(old)}"


def _quoted(words: Sequence[str]) -> str:
    return f'"{one_line(" ".join(words), _SHOWN)}"'
