"""An index of texts that finds those that mean about the same, by the cosine of their embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from synterm.analysis.embeddings import Embedder, embedder
from synterm.describe.near_texts import Block, Near

if TYPE_CHECKING:
    from synterm.analysis.embeddings import Vectors

_BATCH = 2048
_HEAD = 48
"""Dimensions that are looked at first."""
_ROWS, _COLUMNS = 1024, 4096
_SLACK = 1e-4
"""What rounding may take from a cosine."""
_SAMPLE = 4000


class NearMeanings:
    """Texts by number, in the order they are added. Needs the extra ``analysis``."""

    def __init__(self, least: float, by: Embedder | None = None) -> None:
        """`least`: the cosine from which on texts are found. Raises ModelError where embeddings can't be made."""
        import numpy as np

        self.least = least
        self._embedder = by or embedder()
        self._embedder.warm()
        self._count = 0
        self._vectors: Any = np.zeros((0, 0), np.float32)

    def __len__(self) -> int:
        return self._count

    def add(self, texts: Sequence[str]) -> int:
        """Take in texts; gives the number of the first."""
        import numpy as np

        first = self._count
        for at in range(0, len(texts), _BATCH):
            vectors = self._embedder.embed(texts[at : at + _BATCH])
            needed = self._count + len(vectors)
            if needed > len(self._vectors):
                larger = np.zeros((max(needed, len(self._vectors) * 5 // 4, first + len(texts)), vectors.shape[1]), np.float32)
                larger[: self._count] = self._vectors[: self._count] if self._count else 0
                self._vectors = larger
            self._vectors[self._count : needed] = vectors
            self._count = needed
        return first

    def near(self, text: str) -> list[Near]:
        """All texts whose cosine is `least` and more, the nearest first, and then the first added."""
        import numpy as np

        if not self._count:
            return []
        cosines: Any = self._vectors[: self._count] @ self._embedder.embed([text])[0]
        found: list[int] = np.flatnonzero(cosines >= self.least).tolist()
        return sorted((Near(at, cosine(cosines[at])) for at in found), key=lambda one: (-one.likeness, one.number))

    def likeness(self, one: int, other: int) -> float:
        """The cosine of two texts of the index."""
        return cosine(self._vectors[one] @ self._vectors[other])

    def pairs(self) -> Iterator[Block]:
        """All pairs of texts whose cosine is `least` and more, in portions."""
        import numpy as np

        vectors = self._vectors[: self._count]
        if not self._count:
            return
        heads, tails = _heads(vectors)
        for row in range(0, self._count, _ROWS):
            for column in range(row, self._count, _COLUMNS):
                # What the other dimensions may add is at most the product of their lengths (Cauchy-Schwarz).
                bound = heads[row : row + _ROWS] @ heads[column : column + _COLUMNS].T
                bound += tails[row : row + _ROWS, None] * tails[None, column : column + _COLUMNS]
                some, others = np.nonzero(bound >= self.least - _SLACK)
                some, others = some + row, others + column
                later = some < others
                some, others = some[later], others[later]
                for at in range(0, len(some), 1 << 16):
                    a, b = some[at : at + (1 << 16)], others[at : at + (1 << 16)]
                    near = np.einsum("ij,ij->i", vectors[a], vectors[b]) >= self.least
                    if near.any():
                        yield Block(a[near], b[near])


def cosine(value: Any) -> float:
    """A cosine as it is shown and compared: to six digits, since further ones differ between machines."""
    return round(min(float(value), 1.0), 6)


def _heads(vectors: Vectors) -> tuple[Any, Any]:
    """The vectors turned so that their first dimensions say most (principal components): those dimensions, and how
    long what is left is. Turning changes no cosine."""
    import numpy as np

    sample = vectors[:: max(len(vectors) // _SAMPLE, 1)].astype(np.float64)
    _, axes = np.linalg.eigh(sample.T @ sample)
    main = axes[:, ::-1][:, :_HEAD].astype(np.float32)
    heads: Any = vectors @ main
    rest = np.einsum("ij,ij->i", vectors, vectors) - np.einsum("ij,ij->i", heads, heads)
    return heads, np.sqrt(np.maximum(rest, 0.0))
