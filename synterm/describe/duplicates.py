"""Cases of a project that are near-duplicates of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, Protocol, TypeVar, cast

from synterm.core.case import Case
from synterm.describe.groups import Groups
from synterm.describe.likeness import Units, likeness, units
from synterm.describe.near_texts import Block, NearTexts
from synterm.describe.wording import compared
from synterm.errors import InputError

By = Literal["wording", "meaning"]
Ready = TypeVar("Ready")
"""A text as it is compared."""
THRESHOLDS: dict[By, float] = {"wording": 0.9, "meaning": 0.95}
"""What counts as near by default."""
LEAST = 0.5
"""With less nearly everything is like something."""
_MOST_PAIRS = 30_000_000
"""So many pairs are compared letter by letter: a minute. More come of texts that are made of the same letters."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Cases that are near: each is near to another one of them."""

    ids: tuple[str, ...]
    """In the order in which they were given."""
    likeness: tuple[float, ...]
    """How near each is to the first; it may be less than the threshold where others lie between."""


def near_duplicates(cases: Iterable[Case], threshold: float | None = None, by: By = "wording") -> list[Duplicates]:
    """The groups of cases whose inputs are near-duplicates, by their first case: what is near to one of a group is in
    it. The same groups come of the same cases in any order.

    `by` wording: how alike they are (`synterm.describe.likeness`); by meaning: the cosine of their embeddings, which
    raises ModelError without the extra ``analysis``. Raises InputError for a threshold of less than LEAST or over 1,
    and where too many texts are made of the same letters to be compared.
    """
    least = THRESHOLDS[by] if threshold is None else threshold
    if not LEAST <= least <= 1:
        raise InputError(f"likeness must be from {LEAST} to 1, not {least}")
    search = cast("_Search[Any]", _Wording(least) if by == "wording" else _Meaning(least))
    ids: list[str] = []
    # Inputs that are the same are compared with others once.
    owners: list[list[int]] = []
    places: dict[bytes, int] = {}
    for number, case in enumerate(cases):
        ids.append(case.id)
        ready, key = search.read(compared(case.input))
        place = places.setdefault(key, len(owners))
        if place == len(owners):
            owners.append([])
            search.add(ready)
        owners[place].append(number)
    near = list(search.groups().joined())
    within = {place for places in near for place in places}
    near += [[place] for place, numbers in enumerate(owners) if len(numbers) > 1 and place not in within]
    found = [sorted((number, place) for place in places for number in owners[place]) for places in near]
    return [_told(ids, members, search) for members in sorted(found)]


def _told(ids: Sequence[str], members: Sequence[tuple[int, int]], search: _Search[Any]) -> Duplicates:
    first = members[0][1]
    return Duplicates(
        tuple(ids[number] for number, _ in members),
        tuple(1.0 if place == first else round(search.likeness(first, place), 3) for _, place in members),
    )


class _Search(Protocol[Ready]):
    def read(self, text: str) -> tuple[Ready, bytes]:
        """A text as it is compared, and what is the same for the same one."""
        ...

    def add(self, ready: Ready) -> None: ...

    def groups(self) -> Groups: ...

    def likeness(self, one: int, other: int) -> float: ...


class _Wording:
    def __init__(self, least: float) -> None:
        self._index = NearTexts(least)

    def read(self, text: str) -> tuple[Units, bytes]:
        ready = units(text)
        return ready, _key(ready.letters)

    def add(self, ready: Units) -> None:
        self._index.add(ready)

    def groups(self) -> Groups:
        index, groups, count = self._index, Groups(len(self._index)), 0
        for block in index.pairs():
            for one, other in _apart(block, groups):
                count += 1
                if count > _MOST_PAIRS:
                    raise InputError(
                        f"over {_MOST_PAIRS:,} pairs of inputs are made of nearly the same letters: too many",
                        hint="choose fewer cases (--behavior, --tag), or a likeness nearer to 1",
                    )
                if index.likeness(one, other):
                    groups.join(one, other)
        return groups

    def likeness(self, one: int, other: int) -> float:
        return likeness(self._index[one], self._index[other])


class _Meaning:
    def __init__(self, least: float) -> None:
        from synterm.describe.near_meanings import NearMeanings

        self._index = NearMeanings(least)
        self._waiting: list[str] = []

    def read(self, text: str) -> tuple[str, bytes]:
        return text, _key(text)

    def add(self, ready: str) -> None:
        self._waiting.append(ready)
        if len(self._waiting) == 1000:
            self._take()

    def groups(self) -> Groups:
        self._take()
        groups = Groups(len(self._index))
        for block in self._index.pairs():
            for one, other in _apart(block, groups):
                groups.join(one, other)
        return groups

    def likeness(self, one: int, other: int) -> float:
        return self._index.likeness(one, other)

    def _take(self) -> None:
        self._index.add(self._waiting)
        self._waiting.clear()


def _key(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _apart(block: Block, groups: Groups) -> Iterator[tuple[int, int]]:
    """The pairs of a block whose groups are two still."""
    some, others = block
    if not isinstance(some, list):
        import numpy as np

        numbers, other_numbers = cast("Any", some), cast("Any", others)
        labels = np.frombuffer(groups.labels, np.int64)
        apart = labels[numbers] != labels[other_numbers]
        some, others = cast("list[int]", numbers[apart].tolist()), cast("list[int]", other_numbers[apart].tolist())
    return ((one, other) for one, other in zip(some, others, strict=True) if groups.labels[one] != groups.labels[other])
