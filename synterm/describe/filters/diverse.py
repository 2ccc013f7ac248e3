"""Of many candidates, those that spread most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from synterm.analysis.embeddings import Embedder, embedder
from synterm.core.case import Case
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared, named, shown

_MOST_CASES = 20_000
"""Of so many known cases at most the new ones keep their distance."""


class Diverse(Filter):
    """Keeps so many candidates that lie far from each other and from what is there, and drops the rest.

    The farthest is taken first, then the one that is farthest from all that were taken and are there, and so on
    (Gonzalez's greedy choice, at least half as spread as the best one). The score is the cosine distance to the nearest
    of those when its turn came, 0 to 2; a rare text is far from everything, so put it after filters that drop nonsense.
    """

    type = "diverse"
    title = "more than so many: those that spread least"
    side = "from"
    extra = "analysis"
    whole = True

    number: Annotated[int, Field(ge=1)] = 50
    """How many to keep."""
    threshold: Annotated[float, Field(ge=0, le=2)] = 0.0
    """What is nearer than this is dropped, even if that leaves fewer."""

    def open(self, known: Known) -> Judge:
        by = embedder()
        by.warm()
        return _DiverseJudge(self, known, by)


class _DiverseJudge(Judge):
    def __init__(self, settings: Diverse, known: Known, by: Embedder) -> None:
        self._settings = settings
        self._known = known
        self._embedder = by

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        return Found(True, None, "is chosen among all in the end")

    def choose(self, candidates: Sequence[Candidate]) -> Sequence[Found]:
        texts = [compared(candidate.input) for candidate in candidates]
        if not texts:
            return []
        there = list(self._known.cases[:_MOST_CASES])
        names = [*(named(case) for case in there), *(shown(text) for text in texts)]
        vectors = self._embedder.embed(texts)
        before = self._embedder.embed([compared(case.input) for case in there]) if there else None
        found: list[Found | None] = [None] * len(texts)
        kept = 0
        for at, distance, nearest in spread(vectors, before):
            near = f", the nearest is {names[nearest]}" if nearest >= 0 else ""
            score = round(distance, 3) if nearest >= 0 else None
            fits = kept < self._settings.number and (score is None or score >= self._settings.threshold)
            kept += fits
            full = not fits and kept == self._settings.number
            why = f"{kept} that spread more were kept; " if full else ""
            said = f"{score:.2f} away{near}" if score is not None else "the first"
            found[at] = Found(fits, score, why + said)
        return [one for one in found if one is not None]


def spread(vectors: Any, before: Any) -> list[tuple[int, float, int]]:
    """All rows, each the one that is farthest from what is there and from those before it.

    For each its number, its cosine distance to the nearest of those, and which that is: a row of `before`, or after as
    many numbers as those have one of `vectors`. Where nothing is there (`before` is None) the one nearest to the middle
    of all goes first, and has -1. Ties go to the lower number. Takes time in proportion to the square of their number.
    """
    import numpy as np

    count = len(vectors)
    offset = 0 if before is None else len(before)
    nearest: Any = np.full(count, -1)
    if before is not None:
        cosines: Any = vectors @ before.T
        nearest = cosines.argmax(axis=1)
        distances: Any = 1 - cosines.max(axis=1)
    else:
        middle = vectors.mean(axis=0)
        # The one in the middle goes first: it tells most of all of them.
        distances = 10 + (vectors @ middle)
    distances = _round(distances)
    order: list[tuple[int, float, int]] = []
    for _ in range(count):
        at = int(distances.argmax())
        order.append((at, max(float(distances[at]), 0.0), int(nearest[at])))
        new: Any = _round(1 - vectors @ vectors[at])
        closer: Any = (new < distances) & (distances > -1)
        distances[closer] = new[closer]
        nearest[closer] = offset + at
        distances[at] = -2
    return order


def _round(values: Any) -> Any:
    """To six digits: further ones differ between machines, and ties must not."""
    import numpy as np

    tools: Any = np
    return tools.round(values.astype(np.float64), 6)
