"""Where cases are missing, in words, the worst first."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synterm.core.coverage import Axis, BehaviorCoverage, Hole, Place
from synterm.describe.coverage.filling import At, chains, fit_seeds, lands, placed
from synterm.describe.coverage.independent import Tally
from synterm.describe.coverage.looks import Look
from synterm.describe.coverage.wanted import AXES

MOST_HOLES = 12
"""So many of a behavior are told."""
_CROSSED: tuple[Axis, ...] = ("split", "length", "tone", "noise")
"""What is looked at label by label."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Scope:
    """A behavior, as far as holes name it."""

    node_id: str
    path: str
    scenarios: Sequence[str]
    want: int


def holes(
    scope: Scope, looks: Sequence[Look], places: Sequence[Place], tallies: Mapping[At, Tally]
) -> tuple[list[Hole], int]:
    """The worst holes of a behavior, and how many more there are.

    `looks` by age; `tallies` by place, each a tuple of one axis and value. Of holes that are as bad, those come first
    that are of one place, and then one of each kind in turns: the same for label after label tells little.
    """
    crossed = _crossings(looks, places, scope.want)
    found: list[At] = [((place.axis, place.value),) for place in places if place.missing]
    found += crossed
    every = {**tallies, **crossed}
    order = {(place.axis, place.value): number for number, place in enumerate(places)}
    seen = Counter[tuple[int, tuple[Axis, str]]]()

    def badness(at: At) -> tuple[int, int, int, list[int]]:
        have = every[at].have
        kind = (have, at[-1])
        seen[kind] += len(at) > 1
        return have, len(at), seen[kind], [order[one] for one in reversed(at)]

    worst = sorted(found, key=badness)
    told = [
        _hole(scope, at, looks, every[at]).model_copy(update={"alike": max(seen[every[at].have, at[-1]] - 1, 0)})
        for at in worst[:MOST_HOLES]
    ]
    return told, len(worst) - len(told)


def ranked(behaviors: Iterable[BehaviorCoverage]) -> list[Hole]:
    """The holes of all behaviors, the worst first; of those that are as bad one of each behavior in turns."""
    numbered = [(place, hole) for one in behaviors for place, hole in enumerate(one.holes)]
    numbered.sort(key=lambda one: (one[1].have / one[1].want, len(one[1].at), one[0]))
    return [hole for _, hole in numbered]


def hole_words(at: Sequence[tuple[str, str]], have: int, want: int) -> str:
    """``1 of 3 long cases that expect clarify``."""
    known = dict(at)
    adjectives = " ".join(known[axis] for axis in ("length", "tone", "noise") if axis in known)
    split = f" in {known['split']}" if "split" in known else ""
    label = f" that expect {known['label']}" if "label" in known else ""
    return f"{have} of {want} {f'{adjectives} ' if adjectives else ''}cases{split}{label}"


def _crossings(looks: Iterable[Look], places: Sequence[Place], want: int) -> dict[At, Tally]:
    """Two places together that have too few, while each by itself has enough: or the one would be said twice."""
    full = {axis: [place.value for place in places if place.axis == axis and not place.missing] for axis in AXES}
    if sum(place.axis == "label" for place in places) < 2:
        return {}
    found: dict[At, Tally] = {
        (("label", label), (axis, value)): Tally(want)
        for label in full["label"]
        for axis in _CROSSED
        for value in full[axis]
    }
    for look in looks:
        label = look.at.get("label", "")
        for axis in _CROSSED:
            tally = found.get((("label", label), (axis, look.at[axis])))
            if tally:
                tally.add(look)
    return {at: tally for at, tally in found.items() if tally.have < want}


def _hole(scope: Scope, at: At, looks: Sequence[Look], there: Tally) -> Hole:
    missing = scope.want - there.have
    scenario, seeds = placed(at, looks, fit_seeds(at, looks, there), scope.scenarios, missing)
    return Hole(
        id=hole_id(scope.node_id, at),
        behavior_id=scope.node_id,
        path=scope.path,
        at=at,
        have=there.have,
        want=scope.want,
        words=hole_words(at, there.have, scope.want),
        generators=chains(at, seeds=len(seeds), missing=missing) if scenario else (),
        filters=(lands(at),),
        seeds=tuple(seed.id for seed in seeds),
        into=scenario,
    )


def hole_id(node_id: str, at: At) -> str:
    """Twelve letters that name a hole."""
    text = "\n".join((node_id, *(f"{axis}={value}" for axis, value in at)))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")
    return "".join(_digits(number, 12))


def _digits(number: int, count: int) -> Iterator[str]:
    for _ in range(count):
        number, rest = divmod(number, len(_LETTERS))
        yield _LETTERS[rest]
