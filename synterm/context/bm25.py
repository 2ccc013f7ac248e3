"""Okapi BM25: how well chunks fit a query by the words that they share.

score(D, Q) = Σ over terms q of Q: idf(q) · f(q, D) · (k1 + 1) / (f(q, D) + k1 · (1 - b + b · |D| / avgdl)), with
idf(q) = ln(1 + (N - n(q) + 0.5) / (n(q) + 0.5)): Robertson & Zaragoza, "The Probabilistic Relevance Framework: BM25 and
Beyond", Foundations and Trends in Information Retrieval 3 (4), 2009; the 1 + keeps idf above 0, as Lucene does.

Terms are gone through from the rarest. Once those that are left can't lift a new chunk among the best, only the chunks
that are known are looked up in their long lists (MaxScore: Turtle & Flood, "Query evaluation: strategies and
optimizations", Information Processing & Management 31 (6), 1995): the ranking is the same, and usual words cost little.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import accumulate
from math import log

from synterm.context.ranking import Ranking
from synterm.context.terms import terms_of

K1 = 1.5
B = 0.75
MOST_TERMS = 100
"""How many different terms of a query count, the rarest first: a hostile one has thousands."""


_SLACK = 1 + 1e-9
"""Sums of floats depend on their order by less."""
_LESS = 0.9
"""By how much less the rest of the terms must be able to add before it is looked again whether that is too little."""
_STEP = 10
"""How many places of a list are gone through in the time that one takes to be found in it."""


@dataclass(slots=True)
class _Posting:
    """Where a term stands."""

    chunks: array[int] = field(default_factory=lambda: array("I"))
    """The numbers of the chunks that hold it, ascending."""
    weights: array[float] = field(default_factory=lambda: array("d"))
    """How often it stands in each; then what it adds to the score of each."""
    most: float = 0.0
    """The largest weight."""


class Bm25:
    """An inverted index: for each term the chunks that hold it, and what it adds to the score of each."""

    def __init__(self, texts: Iterable[str]) -> None:
        """`texts` of the chunks, which are numbered from 0."""
        lengths = array("I")
        self._postings: dict[str, _Posting] = {}
        for number, text in enumerate(texts):
            terms = terms_of(text)
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                posting = self._postings.get(term)
                if posting is None:
                    posting = self._postings[term] = _Posting()
                posting.chunks.append(number)
                posting.weights.append(count)
        _weigh(self._postings.values(), lengths)

    def rank(self, query: str, most: int) -> Ranking:
        """The chunks that share a term with the query, at most so many."""
        counts = Counter(term for term in terms_of(query) if term in self._postings)
        wanted = [(self._postings[term], count) for term, count in counts.items()]
        wanted.sort(key=lambda one: len(one[0].chunks))
        wanted = wanted[:MOST_TERMS]
        lifts = list(accumulate((posting.most * count for posting, count in reversed(wanted)), initial=0.0))[:0:-1]
        scores: dict[int, float] = {}
        closed, look_below = False, sum(lifts[:1]) / 2
        for place, (posting, count) in enumerate(wanted):
            lift = lifts[place] * _SLACK
            if len(scores) >= most and lift < look_below:
                least = nlargest(most, scores.values())[-1]
                closed = closed or lift < least
                if closed:
                    scores = {chunk: score for chunk, score in scores.items() if score + lift >= least}
                look_below = lift * _LESS
            (_add_to_known if closed else _add)(scores, posting, count)
        return _best(scores, most)


def _add(scores: dict[int, float], posting: _Posting, count: int) -> None:
    """Add what a term adds, to each chunk that holds it."""
    for chunk, weight in zip(posting.chunks, posting.weights, strict=True):
        scores[chunk] = scores.get(chunk, 0.0) + weight * count


def _add_to_known(scores: dict[int, float], posting: _Posting, count: int) -> None:
    """The same, for chunks that have a score already."""
    if len(scores) * _STEP > len(posting.chunks):
        for chunk, weight in zip(posting.chunks, posting.weights, strict=True):
            if chunk in scores:
                scores[chunk] += weight * count
        return
    end = len(posting.chunks)
    for chunk in scores:
        at = bisect_left(posting.chunks, chunk)
        if at < end and posting.chunks[at] == chunk:
            scores[chunk] += posting.weights[at] * count


def _best(scores: dict[int, float], most: int) -> Ranking:
    best = nlargest(most, ((score, -chunk) for chunk, score in scores.items()))
    return tuple((-chunk, score) for score, chunk in best)


def _weigh(postings: Iterable[_Posting], lengths: Sequence[int]) -> None:
    """Turn how often terms stand in chunks into what they add to a score."""
    total = len(lengths)
    mean = sum(lengths) / total if total else 0.0
    norms = [K1 * (1 - B + B * length / mean) if mean else K1 for length in lengths]
    for posting in postings:
        found = len(posting.chunks)
        idf = log(1 + (total - found + 0.5) / (found + 0.5))
        for place, chunk in enumerate(posting.chunks):
            count = posting.weights[place]
            posting.weights[place] = idf * count * (K1 + 1) / (count + norms[chunk])
        posting.most = max(posting.weights)
