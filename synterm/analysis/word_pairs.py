"""Texts as words and pairs of words beside each other, weighted by how few texts have them (tf-idf)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from math import log
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_CHARACTERS = 4000
"""How much of a text counts: its beginning."""
# Chinese and Japanese are written without spaces: there each sign stands for a word.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORDS = re.compile(rf"[{_SIGNS}]|[^\W{_SIGNS}]+")


class WordPairs:
    """The words and pairs of some texts, and their weights: ln((n + 1) / (1 + texts that have it)) of n texts.

    A row of another text tells how many of its words are none of these, since they count for its length: the product of
    two rows is the cosine of two texts, 0 to 1.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = Counter(gram for text in texts for gram in _grams(text))
        # In the order of the alphabet, so that the same texts in another order give the same columns.
        self._places = {gram: at for at, gram in enumerate(sorted(counts))}
        self._weights: NDArray[np.float32] = _array([log((len(texts) + 1) / (1 + counts[one])) for one in self._places])
        self._unknown = log(len(texts) + 1) ** 2

    @property
    def width(self) -> int:
        """How many words and pairs there are."""
        return len(self._places)

    def rows(self, texts: Sequence[str]) -> Any:
        """A sparse row (scipy, CSR) for each text, of length 1 or less; of zeros for one that shares no word."""
        import numpy as np

        places = self._places
        columns: list[int] = []
        ends, strangers = [0], list[int]()
        for text in texts:
            grams = _grams(text)
            known = [places[gram] for gram in grams if gram in places]
            columns += known
            ends.append(len(columns))
            strangers.append(len(grams) - len(known))
        values = self._weights[columns] if columns else _array([])
        squares = np.concatenate([[0.0], np.cumsum(values.astype(np.float64) ** 2)])
        lengths = np.sqrt(squares[ends[1:]] - squares[ends[:-1]] + self._unknown * np.array(strangers, np.float64))
        scaled = values / np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(ends))
        sparse: Any = import_module("scipy.sparse")
        return sparse.csr_matrix((scaled.astype(np.float32), columns, ends), shape=(len(texts), self.width))


def _grams(text: str) -> set[str]:
    head = text[:MOST_CHARACTERS]
    words = _WORDS.findall((head if head.isascii() else unicodedata.normalize("NFKC", head)).casefold())
    return {*words, *(f"{one} {next_one}" for one, next_one in pairwise(words))}


def _array(values: Sequence[float]) -> Any:
    import numpy as np

    return np.array(values, np.float32)
