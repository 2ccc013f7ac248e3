"""Lays out a graph without cycles in rows, so that all edges lead downward and few of them cross.

The method is Sugiyama's: rows by the longest way down, places to hold open where an edge passes a row, an order within
each row by the mean of the neighbours', and then places that are near those of the neighbours without overlapping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Edge = tuple[str, str]
_SWEEPS = 60
_INWARD = 0.25
"""How much the middle draws, beside the neighbours: a picture that is narrow can be shown larger."""


def reduced(edges: Collection[Edge]) -> set[Edge]:
    """The edges without those that follow from others: a → c where a → b → c (the transitive reduction)."""
    below = defaultdict[str, set[str]](set)
    for above, lower in edges:
        below[above].add(lower)

    def reach(name: str) -> set[str]:
        return {name}.union(*(reach(lower) for lower in below[name]))

    return {
        (above, lower)
        for above, lower in edges
        if not any(lower in reach(other) for other in below[above] if other != lower)
    }


@dataclass
class Layout:
    """Where everything is, in pixels: the middle of each node, and the points that each edge goes through."""

    rows: list[list[str]]
    x: dict[str, float]
    ways: dict[Edge, list[str]]
    """For each edge the nodes and the places held open, from above."""
    widths: dict[str, float] = field(default_factory=dict[str, float])


def layout(names: Sequence[str], edges: Collection[Edge], width: float, pass_width: float, gap: float) -> Layout:
    """Lays them out: nodes as wide as `width`, passing edges as `pass_width`, at least `gap` apart."""
    rank = _ranks(names, edges)
    rows: list[list[str]] = [[] for _ in range(max(rank.values()) + 1)]
    for name in names:
        rows[-1 - rank[name]].append(name)
    ways: dict[Edge, list[str]] = {}
    for above, lower in sorted(edges):
        held = [f"{above}→{lower}:{at}" for at in range(rank[above] - 1, rank[lower], -1)]
        ways[above, lower] = [above, *held, lower]
        for name, at in zip(held, range(rank[above] - 1, rank[lower], -1), strict=True):
            rows[-1 - at].append(name)
    near = _neighbours(ways.values())
    rows = _ordered(rows, near)
    widths = {name: width if name in rank else pass_width for row in rows for name in row}
    return Layout(rows, _places(rows, near, widths, gap), ways, widths)


def _ranks(names: Sequence[str], edges: Collection[Edge]) -> dict[str, int]:
    """The longest way down from each: 0 for those that lead nowhere."""
    rank = dict.fromkeys(names, 0)
    for _ in names:
        for above, lower in edges:
            rank[above] = max(rank[above], rank[lower] + 1)
    return rank


def _neighbours(ways: Collection[list[str]]) -> dict[str, list[str]]:
    near = defaultdict[str, list[str]](list)
    for way in ways:
        for one, other in pairwise(way):
            near[one].append(other)
            near[other].append(one)
    return near


def _ordered(rows: list[list[str]], near: Mapping[str, list[str]]) -> list[list[str]]:
    """The order with the fewest crossings that was come upon."""
    best = [list(row) for row in rows]
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for at in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            rows[at] = _by_neighbours(rows[at], rows[at - 1 if down else at + 1], near)
        if _crossings(rows, near) < _crossings(best, near):
            best = [list(row) for row in rows]
    return best


def _by_neighbours(row: Sequence[str], fixed: Sequence[str], near: Mapping[str, list[str]]) -> list[str]:
    beside, own = _shares(fixed), _shares(row)
    return sorted(row, key=lambda name: _mean([beside[one] for one in near[name] if one in beside], own[name]))


def _shares(row: Sequence[str]) -> dict[str, float]:
    """How far to the right each stands: 0 to 1."""
    return {name: at / max(1, len(row) - 1) for at, name in enumerate(row)}


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[str]], near: Mapping[str, list[str]]) -> int:
    count = 0
    for row, lower in pairwise(rows):
        place = {name: at for at, name in enumerate(lower)}
        ends = [end for name in row for end in sorted(place[other] for other in near[name] if other in place)]
        count += sum(later < end for at, end in enumerate(ends) for later in ends[at + 1 :])
    return count


def _places(
    rows: Sequence[Sequence[str]], near: Mapping[str, list[str]], widths: Mapping[str, float], gap: float
) -> dict[str, float]:
    """Each near the mean of its neighbours, as far as those beside it leave room."""
    x: dict[str, float] = {}
    for row in rows:
        edge = 0.0
        for name in row:
            x[name] = edge + widths[name] / 2
            edge += widths[name] + gap
    for sweep in range(_SWEEPS * 4):
        centre = (min(x.values()) + max(x.values())) / 2
        for row in rows if sweep % 2 else reversed(rows):
            wanted = {name: _mean([x[one] for one in near[name]], x[name]) for name in row}
            wanted = {name: place + _INWARD * (centre - place) for name, place in wanted.items()}
            x |= _apart(row, wanted, widths, gap)
    left = min(x[name] - widths[name] / 2 for name in x)
    return {name: place - left for name, place in x.items()}


def _apart(
    row: Sequence[str], wanted: Mapping[str, float], widths: Mapping[str, float], gap: float
) -> dict[str, float]:
    """The places nearest to the wanted ones that keep the order and the distance (pool adjacent violators)."""
    offset, offsets = 0.0, dict[str, float]()
    for before, name in zip([None, *row], row, strict=False):
        offset += (widths[before] + widths[name]) / 2 + gap if before else 0.0
        offsets[name] = offset
    pools: list[list[str]] = []

    def middle(pool: list[str]) -> float:
        return _mean([wanted[name] - offsets[name] for name in pool], 0.0)

    for name in row:
        pools.append([name])
        while len(pools) > 1 and middle(pools[-2]) > middle(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    return {name: middle(pool) + offsets[name] for pool in pools for name in pool}
