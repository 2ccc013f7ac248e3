"""Okapi BM25: how well chunks fit a query by the words that they share.

score(D, Q) = Σ over terms q of Q: idf(q) · f(q, D) · (k1 + 1) / (f(q, D) + k1 · (1 - b + b · |D| / avgdl)), with
idf(q) = ln(1 + (N - n(q) + 0.5) / (n(q) + 0.5)): Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond", Foundations and Trends in Information Retrieval 3 (4), 2009; the 1 + keeps idf above 0, as Lucene does.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from heapq import nlargest
from math import log

from synterm.context.ranking import Ranking
from synterm.context.terms import terms_of

K1 = 1.5
B = 0.75
MOST_TERMS = 200
"""How many different terms of a query count, the rarest first: a hostile one has thousands."""


class Bm25:
    """An inverted index: for each term the chunks that hold it, and what it adds to the score of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` of the chunks, which are numbered from 0."""
        lengths = array("I")
        counts: dict[str, tuple[array[int], array[float]]] = {}
        for number, text in enumerate(texts):
            terms = terms_of(text)
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                posting = counts.get(term)
                if posting is None:
                    posting = counts[term] = (array("I"), array("d"))
                posting[0].append(number)
                posting[1].append(count)
        self._postings = counts
        self._size = len(lengths)
        _weigh(counts.values(), lengths)

    def rank(self, query: str, most: int) -> Ranking:
        """The chunks that share a term with the query, at most so many."""
        wanted = [(self._postings[term], count) for term, count in Counter(terms_of(query)).items() if term in self]
        # The rarest first, so that what is cut off counts least; the order also keeps sums the same.
        wanted.sort(key=lambda one: len(one[0][0]))
        scores = [0.0] * self._size
        for (numbers, weights), count in wanted[:MOST_TERMS]:
            for number, weight in zip(numbers, weights, strict=True):
                scores[number] += weight * count
        best = nlargest(most, zip(scores, range(0, -self._size, -1), strict=True))
        return tuple((-negative, score) for score, negative in best if score > 0)

    def __contains__(self, term: object) -> bool:
        return term in self._postings


def _weigh(postings: Iterable[tuple[array[int], array[float]]], lengths: Sequence[int]) -> None:
    """Turn how often terms stand in chunks into what they add to a score."""
    total = len(lengths)
    mean = sum(lengths) / total if total else 0.0
    norms = [K1 * (1 - B + B * length / mean) if mean else K1 for length in lengths]
    for numbers, weights in postings:
        idf = log(1 + (total - len(numbers) + 0.5) / (len(numbers) + 0.5))
        for place, number in enumerate(numbers):
            count = weights[place]
            weights[place] = idf * count * (K1 + 1) / (count + norms[number])
