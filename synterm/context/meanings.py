"""How well chunks fit a query by what they mean: the cosine of their embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.analysis.embeddings import Embedder
from synterm.context.ranking import Ranking

_BATCH = 512
_MOST_CHARACTERS = 8000
_GRAIN = 6
"""Digits of a cosine that count: further ones differ between machines, and ties must not."""


class Meanings:
    """The vectors of all chunks."""

    def __init__(self, texts: Sequence[str], embedder: Embedder) -> None:
        """Takes a while. Raises ModelError where the embedder can't be used."""
        import numpy as np

        embedder.warm()
        self._embedder = embedder
        parts = [embedder.embed(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
        self._vectors: Any = np.concatenate(parts)

    def rank(self, query: str, most: int) -> Ranking:
        """The nearest chunks, at most so many; none where the query holds nothing with a meaning."""
        import numpy as np

        vector: Any = self._embedder.embed([query[:_MOST_CHARACTERS]])[0]
        if not vector.any():
            return ()
        cosines: Any = self._vectors @ vector
        scores: Any = cosines.astype(np.float64).round(_GRAIN)
        found: Any = np.arange(len(scores))
        if len(scores) > most:
            found = np.flatnonzero(scores >= np.partition(scores, -most)[-most])
        # A stable sort keeps the lower number first among equals.
        best: list[int] = found[(-scores[found]).argsort(kind="stable")][:most].tolist()
        return tuple((number, float(scores[number])) for number in best)
