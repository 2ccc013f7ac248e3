"""Covering arrays of strength two: few rows in which every pair of values of two parameters occurs.

As AETG makes them (Cohen, Dalal, Fredman, Patton: The AETG System: An Approach to Testing Based on Combinatorial
Design, IEEE Transactions on Software Engineering 23(7), 1997): row by row, each the best of some that are drawn. A draw
begins with a value that lacks most pairs; the other parameters, in any order, take the value that covers most new pairs
with those that stand. Its random numbers are always the same ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

_WORK = 10_000
"""About so many values are looked at for a row: 50 draws where there are few, 2 where there are many."""


def covering_rows(sizes: Sequence[int]) -> list[tuple[int, ...]]:
    """Rows of positions, one for each parameter, so that every pair of values of two parameters is in some row.

    `sizes` says how many values each parameter has, each at least 1. The same sizes give the same rows. No array can
    have fewer rows than the two largest sizes multiplied. One parameter: a row for each value. None: one empty row.
    """
    if len(sizes) < 2:
        return [(value,) for value in range(sizes[0])] if sizes else [()]
    random = Random(0)  # noqa: S311  nothing depends on its being hard to guess
    draws = min(max(_WORK // (sum(sizes) * len(sizes)), 2), 50)
    left = _Left(sizes)
    rows: list[tuple[int, ...]] = []
    while left.count:
        drawn = [left.draw(random) for _ in range(draws)]
        row = max(drawn, key=lambda found: found[0])[1]
        left.cover(row)
        rows.append(tuple(row))
    return rows


class _Left:
    """The pairs that no row covers yet: for each value of each parameter the values of each other one, as bits."""

    def __init__(self, sizes: Sequence[int]) -> None:
        self.count = sum(a * b for a, b in combinations(sizes, 2))
        self._sizes = sizes
        self._bits = [
            [[(1 << size) - 1 if other != own else 0 for other, size in enumerate(sizes)] for _ in range(values)]
            for own, values in enumerate(sizes)
        ]
        self._lacking = [[sum(bits.bit_count() for bits in value) for value in values] for values in self._bits]

    def draw(self, random: Random) -> tuple[int, list[int]]:
        """How many new pairs a row covers, and the row."""
        most = max(max(values) for values in self._lacking)
        first, value = random.choice(
            [(own, at) for own, values in enumerate(self._lacking) for at, lacks in enumerate(values) if lacks == most]
        )
        row = {first: value}
        others = [own for own in range(len(self._sizes)) if own != first]
        random.shuffle(others)
        covered = 0
        for own in others:
            gain, row[own] = self._best(own, row, random)
            covered += gain
        return covered, [row[own] for own in range(len(self._sizes))]

    def _best(self, own: int, row: dict[int, int], random: Random) -> tuple[int, int]:
        """The most new pairs that a value covers with those that stand, and one such value; where none covers any, one
        that lacks most."""
        gains = [sum(bits[other] >> there & 1 for other, there in row.items()) for bits in self._bits[own]]
        most = max(gains)
        ranks = gains if most else self._lacking[own]
        best = max(ranks)
        return most, random.choice([value for value, rank in enumerate(ranks) if rank == best])

    def cover(self, row: Sequence[int]) -> None:
        """Take the pairs of a row away."""
        for (a, x), (b, y) in combinations(enumerate(row), 2):
            if self._bits[a][x][b] >> y & 1:
                self._bits[a][x][b] ^= 1 << y
                self._bits[b][y][a] ^= 1 << x
                self._lacking[a][x] -= 1
                self._lacking[b][y] -= 1
                self.count -= 1
