"""Several rankings made one."""

from __future__ import annotations

from collections.abc import Iterable

from synterm.context.ranking import Ranking

K = 60
"""How little the first ranks stand out."""


def fuse(rankings: Iterable[Ranking], most: int) -> Ranking:
    """Reciprocal rank fusion: the score of a chunk is Σ 1 / (60 + its rank) over the rankings that hold it.

    Cormack, Clarke & Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods",
    SIGIR 2009. Scores of different scales need not be compared. Of equal ones the lower number comes first.
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, (number, _) in enumerate(ranking, start=1):
            scores[number] = scores.get(number, 0.0) + 1 / (K + rank)
    return tuple(sorted(scores.items(), key=lambda one: (-one[1], one[0]))[:most])
