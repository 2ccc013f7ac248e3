"""A sample of the different inputs of a window, each drawn with a chance in proportion to what it stands for."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from synterm.core.case import input_text
from synterm.core.tree import Tree
from synterm.production.drift.tally import behavior_of
from synterm.storage.drift import Slice
from synterm.storage.project import Project


@dataclass(frozen=True, slots=True)
class Text:
    """What a call asks."""

    text: str
    behavior: str
    """The path of the behavior that it was placed in; empty for none."""


def sample(project: Project, where: Slice | Sequence[str], most: int, tree: Tree) -> list[Text]:
    """At most so many texts, the same ones each time that the same calls are there.

    P. S. Efraimidis and P. G. Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97
    (2006) 181–185; the lot of a call is drawn by its id.
    """
    if not isinstance(where, Slice):
        return [Text(one, "") for one in heapq.nsmallest(most, where, key=_lot)]
    keys = ((-log(_lot(name)) / weight, name) for name, weight in project.traffic.over_time.tickets(where))
    chosen = sorted(name for _, name in heapq.nsmallest(most, keys))
    return [
        Text(input_text(one.input), behavior_of(one.scenario_id, tree) if one.placing == "placed" else "")
        for one in project.traffic.over_time.texts(chosen)
    ]


def _lot(name: str) -> float:
    """A number between 0 and 1."""
    drawn = hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()
    return (int.from_bytes(drawn, "big") + 0.5) / 2**64
