"""Texts of one list that are alike to those of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from synterm.describe.duplicates import LEAST
from synterm.describe.likeness import Units, units
from synterm.describe.near_texts import NearTexts
from synterm.errors import InputError

_MOST_PAIRS = 30_000_000
"""So many pairs are compared letter by letter: a minute."""
_BEST = 500_000
"""Among the first so many pairs the most alike is looked for; then whoever is alike to any is compared no more."""

Texts = Sequence[Sequence[str]]
"""For each thing the texts that it is compared by."""


class Twin(NamedTuple):
    """Something of the other list that is alike."""

    other: int
    likeness: float


def twins(some: Texts, others: Texts, least: float) -> dict[int, Twin]:
    """For each of `some` that is at least as alike to one of `others` in any of their texts: that one, by number.

    Where several are, the most alike, and of those the first; where millions of pairs are nearly alike, one of them.
    The same lists give the same ones. Raises InputError for `least` under 0.5, and where too many texts are made of the
    same letters.
    """
    if least < LEAST:
        raise InputError(f"near must be at least {LEAST}, not {least:g}", hint="with less nearly everything is alike")
    return _Search(least).found(some, others)


class _Search:
    def __init__(self, least: float) -> None:
        self._index = NearTexts(least)
        self._owners: list[list[int]] = []
        """Of each text those that have it; what is the same for several is compared once."""
        self._others: list[int | None] = []
        """Of each text the first of the others that has it."""
        self._places: dict[str, int] = {}
        self._best: dict[int, Twin] = {}
        self._open = bytearray()
        """Of each text whether it is ours, and nothing says the very same: then it is compared."""
        self._theirs = bytearray()
        """Of each text whether it is one of the others'."""

    def found(self, some: Texts, others: Texts) -> dict[int, Twin]:
        for number, texts in enumerate(some):
            for text in texts:
                self._owners[self._place(text)].append(number)
        for number, texts in enumerate(others):
            for text in texts:
                place = self._place(text)
                if self._others[place] is None:
                    self._others[place] = number
        for place, other in enumerate(self._others):
            if other is not None:
                self._take(place, other, 1.0)
        self._reopen(0)
        self._theirs = bytearray(other is not None for other in self._others)
        self._compare()
        return self._best

    def _place(self, text: str) -> int:
        ready: Units = units(text)
        place = self._places.setdefault(ready.letters, len(self._owners))
        if place == len(self._owners):
            self._owners.append([])
            self._others.append(None)
            self._index.add(ready)
        return place

    def _compare(self) -> None:
        count = 0
        for one, other in self._crossing():
            if self._settled(one, count):
                continue
            count += 1
            if count == _BEST:
                self._reopen(count)
            if count > _MOST_PAIRS:
                raise InputError(
                    f"over {_MOST_PAIRS:,} pairs of inputs are made of nearly the same letters: too many",
                    hint="choose fewer cases (--behavior, --where), or --near closer to 1",
                )
            likeness = self._index.likeness(one, other)
            if likeness:
                number = self._others[other]
                assert number is not None
                self._take(one, number, likeness)
                self._open[one] = not self._settled(one, count)

    def _crossing(self) -> Iterator[tuple[int, int]]:
        """The pairs that may be alike of one of our texts and one of the others', ours first."""
        for some, others in self._index.pairs():
            yield from self._fitting(some, others)
            yield from self._fitting(others, some)

    def _fitting(self, some: Any, others: Any) -> Iterator[tuple[int, int]]:
        if not hasattr(some, "dtype"):
            pairs: Iterator[tuple[int, int]] = zip(some, others, strict=True)
            return ((one, other) for one, other in pairs if self._open[one] and self._theirs[other])
        import numpy as np

        wanted = np.frombuffer(self._open, np.bool_)[some] & np.frombuffer(self._theirs, np.bool_)[others]
        return zip(some[wanted].tolist(), others[wanted].tolist(), strict=True)

    def _reopen(self, count: int) -> None:
        self._open = bytearray(not self._settled(place, count) for place in range(len(self._owners)))

    def _settled(self, place: int, count: int) -> bool:
        """Whether all that have a text need not be compared any more, after so many pairs."""
        enough = 1.0 if count < _BEST else 0.0
        return all((best := self._best.get(number)) and best.likeness >= enough for number in self._owners[place])

    def _take(self, place: int, other: int, likeness: float) -> None:
        for number in self._owners[place]:
            best = self._best.get(number)
            if best is None or (-likeness, other) < (-best.likeness, best.other):
                self._best[number] = Twin(other, likeness)
