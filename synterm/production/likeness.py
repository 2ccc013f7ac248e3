"""How like texts are to the cases that decide: by what they mean and by their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from synterm.analysis.embeddings import embedder
from synterm.analysis.word_pairs import WordPairs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from synterm.analysis.embeddings import Vectors
    from synterm.analysis.regression import Floats

_WORDS = 0.4
"""How much of the likeness is that of the words, the rest is that of the meanings. Chosen with `_NEAR` on CLINC150
(benchmarks/inbox.py): from 0.3 to 0.5 it makes little difference, without words more is misplaced."""
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

        by_meaning = np.ascontiguousarray((1 - _WORDS) * coefficients, np.float32)
        # The likeness of words is a product, so that it need not be known of each case.
        by_words = np.asarray(_WORDS * (self._rows.T @ coefficients), np.float32)
        return Prepared(self._vectors, self._words, by_meaning, by_words)


class Prepared:
    """Says of texts how much they belong to each class."""

    def __init__(self, vectors: Vectors, words: WordPairs, by_meaning: Any, by_words: Any) -> None:
        """As `Likeness.prepared` makes it."""
        self._vectors = vectors
        self._words = words
        self._by_meaning = by_meaning
        self._by_words = by_words

    def said_of(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], Vectors, NDArray[np.float32]]:
        """For each text: a row of what is said of each class, its embedding, and its cosines with the cases."""
        import numpy as np

        vectors = embedder().embed(texts)
        cosines = vectors @ self._vectors.T
        alike = cosines - np.float32(1)
        alike *= np.float32(_NEAR)
        said = np.exp(alike, out=alike) @ self._by_meaning
        said += self._words.rows(texts) @ self._by_words
        return said, vectors, cosines
