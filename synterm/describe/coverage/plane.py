"""Cases by meaning on a plane: the two directions in which they differ most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from synterm.core.case import Case
from synterm.core.coverage import CoverageMap, MapPoint
from synterm.describe.coverage.looks import said

MOST_POINTS = 2000
"""So many cases are drawn: more would be a blot, and a slow one."""


class Drawn:
    """Chooses which cases are drawn, as many of each behavior as there are places, and spread over its cases by age."""

    def __init__(self, counts: Mapping[str, int], most: int = MOST_POINTS) -> None:
        """`counts`: how many cases each behavior has, by its id."""
        self._shares = _even(counts, most)
        self._counts = counts

    def of(self, behavior_id: str) -> Iterator[int]:
        """Which of a behavior's cases, by their place."""
        share, count = self._shares[behavior_id], self._counts[behavior_id]
        return (at * count // share for at in range(share))

    @property
    def left_out(self) -> int:
        """How many are not drawn."""
        return sum(self._counts.values()) - sum(self._shares.values())


def _even(counts: Mapping[str, int], most: int) -> dict[str, int]:
    """Shares of at most `most` together: what a small one does not use goes to the others."""
    shares: dict[str, int] = {}
    left = most
    waiting = sorted(counts, key=lambda name: (counts[name], name))
    for number, name in enumerate(waiting):
        shares[name] = min(counts[name], left // (len(waiting) - number))
        left -= shares[name]
    return shares


def plane(cases: Sequence[tuple[str, Case]], variables: Sequence[str], left_out: int) -> CoverageMap:
    """The map of cases, each with its behavior's id. Raises ModelError where there are no embeddings.

    Principal components of the embeddings, by singular value decomposition; the sign of each is such that its largest
    part is positive, so that the same cases give the same map.
    """
    import numpy as np

    from synterm.analysis.embeddings import embedder

    vectors = embedder().embed([said(case, variables) for _, case in cases])
    if not cases:
        return CoverageMap(points=(), shown=0.0, left_out=left_out)
    centred: Any = vectors.astype(np.float64) - vectors.astype(np.float64).mean(axis=0)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    total = float((lengths**2).sum())
    first: Any = axes[:2]
    signs = np.sign(first[np.arange(len(first)), np.abs(first).argmax(axis=1)])
    spread: Any = np.zeros((len(cases), 2))
    if total > 1e-12:
        spread[:, : len(first)] = centred @ (first * signs[:, None]).T
    shown = float((lengths[:2] ** 2).sum()) / total if total > 1e-12 else 1.0
    low, high = spread.min(axis=0), spread.max(axis=0)
    wide = np.where(high - low > 1e-9, high - low, np.inf)
    places = np.where(np.isinf(wide), 0.5, (spread - low) / wide).round(4)
    points = tuple(
        MapPoint(case_id=case.id, behavior_id=behavior, x=float(x), y=float(y))
        for (behavior, case), (x, y) in zip(cases, places.tolist(), strict=True)
    )
    return CoverageMap(points=points, shown=round(min(shown, 1.0), 4), left_out=left_out)
