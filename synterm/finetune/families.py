"""Families: cases that come of each other, also where a file was merged or edited so that their roots differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from synterm.core.case import Case, Split, Status
from synterm.core.record import record
from synterm.describe.groups import Groups


@record
class Kin:
    """Where a case stands, and what it comes of."""

    id: str
    root_id: str
    seed_id: str | None
    split: Split
    status: Status

    @classmethod
    def of(cls, case: Case) -> Kin:
        """That of a case."""
        return cls(case.id, case.root_id, case.origin.seed_id, case.split, case.status)


def families(kin: Iterable[Kin]) -> list[list[Kin]]:
    """The families: whoever has the same root, is another's root, or was made of another, is in one with it.

    A root or a seed that is not there any more holds its family together all the same. Each family is in the order
    given, and so are they by their first.
    """
    listed = list(kin)
    places: dict[str, int] = {}
    for one in listed:
        for name in (one.id, one.root_id, one.seed_id):
            if name is not None:
                places.setdefault(name, len(places))
    groups = Groups(len(places))
    for one in listed:
        for name in (one.root_id, one.seed_id):
            if name is not None:
                groups.join(places[one.id], places[name])
    found: dict[int, list[Kin]] = {}
    for one in listed:
        found.setdefault(groups.labels[places[one.id]], []).append(one)
    return list(found.values())


def relation(one: Kin, other: Kin, family: Sequence[Kin]) -> str:
    """What `other` is to `one`, in words: ``its root``, ``what it was made of``, ``made of it``, ``of its lineage``."""
    if other.id == one.root_id:
        return "its root"
    by_id = {kin.id: kin for kin in family}
    if other.id in _above(one, by_id):
        return "what it was made of"
    if one.id in _above(other, by_id) or other.root_id == one.id:
        return "made of it"
    return "of its lineage"


def _above(one: Kin, by_id: dict[str, Kin]) -> set[str]:
    """The ids of its seed, of that one's, and so on."""
    line: set[str] = set()
    seed = one.seed_id
    while seed is not None and seed not in line:
        line.add(seed)
        seed = by_id[seed].seed_id if seed in by_id else None
    return line
