"""A quick look that tells most texts apart before they are compared letter by letter.

How often each letter stands in a text becomes a row of bits: one for "an e", one for "two" and so on. Each insertion
or deletion turns one of them at most, so texts whose bits differ in more places than there may be differences can't be
alike: nothing is missed, whichever bits are chosen. Those are chosen that tell apart most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    Counts = NDArray[np.uint8]
    Numbers = NDArray[np.intp]

_LETTERS = 91
"""Letters count by the remainder of their number by this: a to z, the digits and the space all differ."""
_WORDS = 4
_BITS = 64 * _WORDS
_MOST = 255
_AT_ONCE = 1 << 18
"""Pairs that are looked at in one go: 2 MB."""
_PART = 100_000


class Sieve:
    """Turns texts into bits. The choice of bits is made once, by the texts that it is made of."""

    def __init__(self, texts: Sequence[str]) -> None:
        import numpy as np

        counts = np.concatenate([_counts(part) for part in _portions(texts)])
        levels = np.arange(_MOST, dtype=np.int64)
        # How many texts have more than 0, 1, 2 … of each letter.
        over = np.stack([(len(texts) - np.searchsorted(np.sort(column), levels, side="right")) for column in counts.T])
        telling = np.minimum(over, len(texts) - over)
        best = np.argsort(-telling, axis=None, kind="stable")[:_BITS]
        self._letters, self._levels = np.unravel_index(best, telling.shape)

    def bits(self, texts: Sequence[str]) -> Words:
        """A row of four words for each text, the first of the bits that tell apart most."""
        import numpy as np

        rows = [
            np.ascontiguousarray(np.packbits(_counts(part)[:, self._letters] > self._levels, axis=1)).view(np.uint64)
            for part in _portions(texts)
        ]
        return np.concatenate(rows) if rows else np.empty((0, _WORDS), np.uint64)


def near_rows(some: Words, others: Words, most: int) -> Iterator[tuple[Numbers, Numbers]]:
    """Which rows of `some` and of `others` differ in at most `most` bits: the numbers of both, in portions."""
    import numpy as np

    step = max(_AT_ONCE // max(len(others), 1), 1)
    first = np.ascontiguousarray(others[:, 0])
    for start in range(0, len(some), step):
        part = some[start : start + step]
        differ = np.bitwise_count(part[:, :1] ^ first[None, :])
        rows, columns = np.nonzero(differ <= most)
        # Numbers of bits are bytes, and four words may come to 256.
        total = differ[rows, columns].astype(np.uint16)
        for word in range(1, _WORDS):
            if not len(rows):
                break
            total = total + np.bitwise_count(part[rows, word] ^ others[columns, word])
            fit = total <= most
            rows, columns, total = rows[fit], columns[fit], total[fit]
        if len(rows):
            yield rows + start, columns


def _portions(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """The texts in order, some 100,000 characters at a time."""
    start = size = 0
    for at, text in enumerate(texts):
        size += len(text)
        if size > _PART:
            yield texts[start : at + 1]
            start, size = at + 1, 0
    if start < len(texts):
        yield texts[start:]


def _counts(texts: Sequence[str]) -> Counts:
    """How often each letter stands in each text, up to 255."""
    import numpy as np

    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    found = np.bincount(rows * _LETTERS + codes % _LETTERS, minlength=len(texts) * _LETTERS)
    return np.minimum(found, _MOST).astype(np.uint8).reshape(len(texts), _LETTERS)
