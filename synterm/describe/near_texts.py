"""An index of texts that finds those that are alike in their wording: all of them, not most of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from synterm.describe.likeness import LONG, Units, alike, allowed, likeness, longest
from synterm.describe.sieve import Sieve, near_rows

if TYPE_CHECKING:
    from synterm.describe.sieve import Numbers, Words

_FEW = 8
"""So few texts are compared at once with less work than looking at their bits takes."""
_FROM = 500
"""With fewer texts in all, their bits are not worth the while."""
_SAMPLE = 3000


class Near(NamedTuple):
    """A text of the index that is near."""

    number: int
    """Its place in the order in which they were added."""
    likeness: float


class NearTexts:
    """Texts by number, in the order they are added. Uses numpy where it is installed, and is slow for many without."""

    def __init__(self, least: float) -> None:
        """`least`: how alike texts are to be found, over 0; the less, the more has to be compared."""
        self.least = least
        self._all: list[Units] = []
        self._letters = _Space(least, by_words=False)
        self._words = _Space(least, by_words=True)
        # A text that is not long may be alike to one that is, which is then compared by letters too.
        self._both = longest(LONG, least, by_words=False)

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, number: int) -> Units:
        """A text; without its letters where it is compared by words only."""
        return self._all[number]

    def add(self, text: Units) -> int:
        """Take in a text; gives its number."""
        number = len(self._all)
        in_letters = text.size <= self._both
        # Of a text that is compared by words only, the letters need not be kept.
        self._all.append(text if in_letters else Units("", text.words))
        if in_letters:
            self._letters.add(number, text.letters)
        if text.words:
            self._words.add(number, text.words)
        return number

    def near(self, text: Units) -> list[Near]:
        """All texts that are at least as alike as `least`, the most alike first, and then the first added."""
        found = list(self._words.near(text.words, 0)) if text.words else []
        if text.size <= self._both:
            found += self._letters.near(text.letters, LONG if text.words else 0)
        return sorted(found, key=lambda one: (-one.likeness, one.number))

    def pairs(self) -> Iterator[Block]:
        """All pairs of texts that may be alike, in portions; whether they are is for `likeness` to say."""
        yield from self._letters.pairs(LONG)
        yield from self._words.pairs(0)

    def likeness(self, one: int, other: int) -> float:
        """How alike two texts of the index are; 0 where that is less than `least`."""
        return likeness(self._all[one], self._all[other], self.least)


class Block(NamedTuple):
    """Pairs that may be alike."""

    some: Sequence[int] | Numbers
    others: Sequence[int] | Numbers
    """The number of the other text of each pair."""


class _Texts:
    """Texts of the same length."""

    def __init__(self) -> None:
        self.numbers = array("q")
        self.texts: list[str] = []
        self._bits: Words | None = None

    def add(self, number: int, text: str) -> None:
        self.numbers.append(number)
        self.texts.append(text)

    def bits(self, sieve: Sieve) -> Words:
        import numpy as np

        if self._bits is None:
            self._bits = sieve.bits(self.texts)
        elif len(self._bits) < len(self.texts):
            self._bits = np.concatenate([self._bits, sieve.bits(self.texts[len(self._bits) :])])
        return self._bits


class _Space:
    """Texts that are compared by the same units, by their length."""

    def __init__(self, least: float, *, by_words: bool) -> None:
        self._least = least
        self._by_words = by_words
        self._sizes: list[int] = []
        self._texts: dict[int, _Texts] = {}
        self._count = 0
        self._sieve: Sieve | None = None

    def add(self, number: int, text: str) -> None:
        if len(text) not in self._texts:
            self._texts[len(text)] = _Texts()
            insort(self._sizes, len(text))
        self._texts[len(text)].add(number, text)
        self._count += 1

    def near(self, text: str, barred: int) -> Iterator[Near]:
        """Those that are near, of at most `barred` units (0: of any length)."""
        sieve = self._ready()
        bits = sieve.bits([text]) if sieve else None
        for size in self._sizes:
            if barred and size > barred:
                break
            most = allowed(size + len(text), self._least, by_words=self._by_words)
            if abs(size - len(text)) > most:
                continue
            there = self._texts[size]
            places: Sequence[int] = range(len(there.texts))
            if sieve and bits is not None and len(there.texts) > _FEW:
                places = [at for _, fit in near_rows(bits, there.bits(sieve), most) for at in fit.tolist()]
            for at in places:
                found = alike(text, there.texts[at], self._least, by_words=self._by_words)
                if found >= self._least:
                    yield Near(there.numbers[at], found)

    def pairs(self, barred: int) -> Iterator[Block]:
        """Pairs that may be near, but those of two texts of over `barred` units (0: of any length)."""
        sieve = self._ready()
        for at, size in enumerate(self._sizes):
            end = bisect_left(self._sizes, longest(size, self._least, by_words=self._by_words) + 1)
            for other in self._sizes[at:end]:
                most = allowed(size + other, self._least, by_words=self._by_words)
                if not (barred and size > barred) and other - size <= most:
                    yield from _pairs(self._texts[size], self._texts[other], most, sieve)

    def _ready(self) -> Sieve | None:
        if self._sieve is None and self._count >= _FROM and _numpy():
            every = max(self._count // _SAMPLE, 1)
            self._sieve = Sieve([text for there in self._texts.values() for text in there.texts][::every])
        return self._sieve


def _pairs(some: _Texts, others: _Texts, most: int, sieve: Sieve | None) -> Iterator[Block]:
    same = some is others
    if sieve is None or len(some.texts) * len(others.texts) <= _FEW * _FEW:
        for at, number in enumerate(some.numbers):
            found = others.numbers[at + 1 :] if same else others.numbers
            yield Block([number] * len(found), found)
        return
    import numpy as np

    numbers, other_numbers = np.array(some.numbers), np.array(others.numbers)
    for rows, columns in near_rows(some.bits(sieve), others.bits(sieve), most):
        if same:
            rows, columns = rows[rows < columns], columns[rows < columns]
        yield Block(numbers[rows], other_numbers[columns])


def _numpy() -> bool:
    try:
        import numpy
    except ImportError:
        return False
    return hasattr(numpy, "bitwise_count")
