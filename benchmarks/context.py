"""How long documents take to be indexed, and queries to be answered: ``python benchmarks/context.py [CHUNKS]``.

The documents are made of words whose frequencies fall as those of a language do (Zipf), with sentences and paragraphs;
a query is a dozen words of one place in them, with usual words among them.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from itertools import accumulate

from synterm.context.bm25 import Bm25
from synterm.context.index import Index
from synterm.core.context import MOST_FOUND, Method
from synterm.core.document import Document

CHUNKS = 10_000
WORDS = 40_000
"""How many different words there are."""
QUERIES = 200
SIZE, OVERLAP = 800, 100


def main() -> None:
    """Print a line for each method."""
    chunks = int(sys.argv[1]) if len(sys.argv) > 1 else CHUNKS
    dice = random.Random(1)
    words, weights = _language(dice)
    documents = [
        Document(name=f"{number:04}.md", text=_text(dice, words, weights, 80_000))
        for number in range(max(chunks * (SIZE - OVERLAP) // 80_000, 1))
    ]
    began = time.perf_counter()
    index = Index(documents, SIZE, OVERLAP)
    print(f"{len(index.texts):,} chunks of {sum(map(len, index.texts)) / 1e6:.1f} MB; cut in {_since(began)}")
    queries = [_query(dice, index.texts, words) for _ in range(QUERIES)]
    methods: tuple[Method, ...] = ("bm25", "embeddings", "hybrid")
    for method in methods:
        fresh = Index(documents, SIZE, OVERLAP)
        began = time.process_time()
        fresh.prepare(method)
        built = f"{time.process_time() - began:.2f} s"
        times: list[float] = []
        for query in queries:
            # Of this process only: others may be busy.
            began = time.process_time()
            fresh.rank(method, query)
            times.append((time.process_time() - began) * 1000)
        times.sort()
        print(
            f"{method:<10}  index {built}   query p50 {statistics.median(times):.2f} ms, "
            f"p95 {times[int(0.95 * len(times))]:.2f} ms, most {times[-1]:.2f} ms"
        )
    _worst(index.texts, words)


def _worst(texts: list[str], words: list[str]) -> None:
    """The query that has the longest lists: the most usual words."""
    bm25 = Bm25(texts)
    began = time.process_time()
    bm25.rank(" ".join(words[:200]), MOST_FOUND)
    print(f"bm25 with the 200 most usual words: {(time.process_time() - began) * 1000:.1f} ms")


def _language(dice: random.Random) -> tuple[list[str], list[float]]:
    words = {"".join(dice.choices("abcdefghijklmnoprstuvw", k=dice.randint(2, 10))) for _ in range(WORDS)}
    listed = sorted(words)
    dice.shuffle(listed)
    return listed, list(accumulate(1 / rank for rank in range(1, len(listed) + 1)))


def _text(dice: random.Random, words: list[str], weights: list[float], length: int) -> str:
    parts: list[str] = []
    size = 0
    while size < length:
        sentence = " ".join(dice.choices(words, cum_weights=weights, k=dice.randint(5, 25))) + "."
        parts.append(sentence + ("\n\n" if dice.random() < 0.2 else " "))
        size += len(parts[-1])
    return "".join(parts)


def _query(dice: random.Random, texts: list[str], words: list[str]) -> str:
    place = dice.choice(texts).split()
    at = dice.randrange(max(len(place) - 12, 1))
    return " ".join((*place[at : at + 12], *words[:3]))


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.2f} s"


if __name__ == "__main__":
    main()
