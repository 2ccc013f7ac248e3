"""Which things belong together, when pairs of them do."""

from __future__ import annotations

from array import array
from collections.abc import Iterator


class Groups:
    """Numbers from 0, each in a group of its own at first."""

    def __init__(self, count: int) -> None:
        self.labels = array("q", range(count))
        """The group of each: those of one group have the same number here."""
        self._members: dict[int, list[int]] = {}

    def join(self, one: int, other: int) -> bool:
        """Make the groups of two numbers one; whether they were two before."""
        a, b = self.labels[one], self.labels[other]
        if a == b:
            return False
        mine, theirs = self._members.get(a, [a]), self._members.get(b, [b])
        if len(mine) < len(theirs):  # the smaller one is written anew, so each number is at most log n times
            a, b, mine, theirs = b, a, theirs, mine
        for number in theirs:
            self.labels[number] = a
        mine.extend(theirs)
        self._members[a] = mine
        self._members.pop(b, None)
        return True

    def joined(self) -> Iterator[list[int]]:
        """The groups of more than one, each in order, by their first number."""
        yield from sorted(sorted(members) for members in self._members.values())
