"""What tells two inputs from each other, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from synterm.distill.shrink.parts import words_in
from synterm.text import one_line

_SHOWN = 60
_MOST_WORDS = 2000
"""Beyond these two texts are not compared word by word: it would take too long."""


def distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[int, int]:
    """How many words tell two inputs apart; and by how many one is longer, so that of several the longest is last."""
    mine, theirs = words_in(one)[:_MOST_WORDS], words_in(other)[:_MOST_WORDS]
    changed = sum(max(a_end - a, b_end - b) for _, a, a_end, b, b_end in _changes(mine, theirs))
    return changed, abs(len(mine) - len(theirs))


def has_common_word(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two inputs share a word, in order and as it is written: else one is no change of the other."""
    mine, theirs = words_in(one)[:_MOST_WORDS], words_in(other)[:_MOST_WORDS]
    return distance(one, other)[0] < max(len(mine), len(theirs))


def change_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What is to be done to `before` so that it says `after`: ``without "not"; with "please"``."""
    old, new = words_in(before)[:_MOST_WORDS], words_in(after)[:_MOST_WORDS]
    said = [_words(old[a:a_end], new[b:b_end]) for _, a, a_end, b, b_end in _changes(old, new)]
    return "; ".join(said) or "other spaces or values"


def _changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    found = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return [one for one in found if one[0] != "equal"]


def _words(old: Sequence[str], new: Sequence[str]) -> str:
    if not new:
        return f"without {_quoted(old)}"
    if not old:
        return f"with {_quoted(new)}"
    return f"{_quoted(new)} in place of {_quoted(old)}"


def _quoted(words: Sequence[str]) -> str:
    return f'"{one_line(" ".join(words), _SHOWN)}"'
