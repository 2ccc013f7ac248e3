"""Leaving out as much as can be left out, in few trials.

Probabilistic delta debugging (Wang, Shen, Chen, Xiong, Zhang: "Probabilistic Delta Debugging", ESEC/FSE 2021): each
part has a chance to be needed. As many parts are left out at once as promise most, and each trial that goes wrong
raises the chances of those that were left out. It takes about half the trials of ddmin (Zeller, Hildebrandt 2002). A
last pass makes sure that no single part can be left out, as ddmin does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

P = TypeVar("P")
Holds = Callable[[Sequence[P]], Awaitable[bool | None]]
"""Tells of some parts, in order, whether they do: None when nothing more can be tried."""

_NEEDED = 4.0
"""About how many parts are needed of many, before anything is known."""
_LIKELY = 0.25
"""The chance of a part to be needed among few, before anything is known."""


async def smallest(parts: Sequence[P], holds: Holds[P]) -> tuple[list[P], bool]:
    """The parts, in order, none of which can be left out; and whether that is certain, since all trials were made.

    That `holds` of all parts is taken for granted. At least one part stays.
    """
    work = _Work(parts, holds)
    whole = await work.by_chance() and await work.one_by_one()
    return [parts[at] for at in work.kept], whole


class _Work:
    def __init__(self, parts: Sequence[P], holds: Holds[P]) -> None:
        self.kept = list(range(len(parts)))
        self._parts = parts
        self._holds = holds
        first = min(_LIKELY, _NEEDED / max(len(parts), 1))
        self._chance = [first] * len(parts)
        self._wrong: set[tuple[int, ...]] = set()
        """Sets of parts that did not do."""

    async def by_chance(self) -> bool:
        """Leave out many at once; whether it came to its end."""
        while open_ones := [at for at in self.kept if self._chance[at] < 1]:
            chosen = self._promising(open_ones)
            if not chosen:
                break
            done = await self._without(chosen)
            if done is None:
                return False
            if not done:
                self._raise(chosen)
        return True

    async def one_by_one(self) -> bool:
        """Make sure that no single part can be left out; whether it came to its end."""
        again = True
        while again:
            again = False
            for at in [*self.kept]:
                if len(self.kept) == 1:
                    return True
                done = await self._without([at])
                if done is None:
                    return False
                again = again or done
        return True

    async def _without(self, chosen: Sequence[int]) -> bool | None:
        gone = set(chosen)
        left = tuple(at for at in self.kept if at not in gone)
        if left in self._wrong:
            return False
        done = await self._holds([self._parts[at] for at in left])
        if done:
            self.kept = [*left]
        elif done is False:
            self._wrong.add(left)
        return done

    def _promising(self, open_ones: Sequence[int]) -> list[int]:
        """As many of the least needed as promise to leave out most: the count times the chance that none is needed."""
        ranked = sorted(open_ones, key=lambda at: (self._chance[at], at))
        if len(ranked) == len(self.kept):
            ranked = ranked[:-1]  # something has to stay
        best, most, none_needed = 0, 0.0, 1.0
        for count, at in enumerate(ranked, start=1):
            none_needed *= 1 - self._chance[at]
            if count * none_needed > most:
                best, most = count, count * none_needed
        return ranked[:best]

    def _raise(self, chosen: Sequence[int]) -> None:
        """At least one of these is needed (Bayes)."""
        if len(chosen) == 1:
            self._chance[chosen[0]] = 1.0
            return
        none_needed = 1.0
        for at in chosen:
            none_needed *= 1 - self._chance[at]
        for at in chosen:
            self._chance[at] = min(self._chance[at] / (1 - none_needed), 1 - 1e-9)
