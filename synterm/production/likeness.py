"""How like texts are to the cases that decide: by what they mean and by their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from synterm.analysis.embeddings import embedder
from synterm.analysis.word_pairs import WordPairs

if TYPE_CHECKING:
    from synterm.analysis.embeddings import Vectors
    from synterm.analysis.regression import Floats

_WORDS = 0.4
"""How much of the likeness is that of the words, the rest is that of the meanings. Chosen with `_NEAR` on CLINC150
(benchmarks/inbox.py): from 0.3 to 0.5 it makes little difference, without words more is misplaced."""
_TILE = 32
"""Products of so small matrices are made on one thread each: threads that wait for the next one would take as much time
again on a machine that has other work."""
_NEAR = 2.0
"""How fast the likeness of meanings falls with the cosine: exp(2 (cosine - 1))."""


class Likeness:
    """The kernel: (1 - s) exp(2 (c - 1)) + s w, with c the cosine of the embeddings, w that of words and pairs of
    words."""

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        """`texts`: what the cases that decide say; `vectors`: their embeddings, a row for each."""
        import numpy as np

        self._vectors = np.ascontiguousarray(vectors)
        self._words = WordPairs(texts)
        self._rows = self._words.rows(texts)

    def own(self) -> tuple[Floats, Floats]:
        """Of each two of the cases: the kernel, and the cosine of their embeddings."""
        import numpy as np

        cosines = (self._vectors @ self._vectors.T).astype(np.float64)
        shared = np.asarray((self._rows @ self._rows.T).todense(), np.float64)
        return (1 - _WORDS) * np.exp(_NEAR * (cosines - 1)) + _WORDS * shared, cosines

    def prepared(self, coefficients: Floats) -> Prepared:
        """Ready to say of other texts what a regression over these cases says."""
        import numpy as np

        # The likeness of words is a product, so that it need not be known of each case.
        by_words = np.asarray(_WORDS * (self._rows.T @ coefficients), np.float32)
        return Prepared(self._vectors, np.asarray((1 - _WORDS) * coefficients, np.float32), self._words, by_words)


class Prepared:
    """Says of texts how much they belong to each class."""

    def __init__(self, vectors: Vectors, by_meaning: Vectors, words: WordPairs, by_words: Vectors) -> None:
        """`vectors` of the cases that decide; the coefficients of each of them, and of each word."""
        import numpy as np

        self._count = len(vectors)
        # In tiles, the last one filled up with cases that say nothing.
        tiles = [_filled(one).reshape(-1, _TILE, one.shape[1]) for one in (vectors, by_meaning)]
        self._vectors: Vectors = np.ascontiguousarray(tiles[0].transpose(0, 2, 1))
        self._by_meaning: Vectors = tiles[1]
        self._words = words
        self._by_words = by_words

    def said_of(self, texts: Sequence[str]) -> tuple[Vectors, Vectors, Vectors]:
        """For each text: a row of what is said of each class, its embedding, and its cosines with the cases."""
        import numpy as np

        vectors = embedder().embed(texts)
        tiles = _filled(vectors).reshape(-1, 1, _TILE, vectors.shape[1])
        cosines = np.matmul(tiles, self._vectors)
        alike = cosines - np.float32(1)
        alike *= np.float32(_NEAR)
        np.exp(alike, out=alike)
        said = np.matmul(alike, self._by_meaning).sum(axis=1).reshape(-1, self._by_meaning.shape[-1])[: len(texts)]
        said += self._words.rows(texts) @ self._by_words
        # From tiles to a row for each text.
        rows = cosines.swapaxes(1, 2).reshape(cosines.shape[0] * _TILE, -1)
        return said, vectors, rows[: len(texts), : self._count]


def _filled(rows: Vectors) -> Vectors:
    """With rows of zeros at the end, so that there are whole tiles."""
    import numpy as np

    return np.pad(rows, ((0, -len(rows) % _TILE), (0, 0)))
