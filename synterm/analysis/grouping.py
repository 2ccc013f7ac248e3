"""Texts in groups: by meaning where there are embeddings, else by their words; of one kind of error sooner than of two.

By meaning: agglomerative clustering with average linkage over cosines (scipy). Each text is a vector of two parts, its
embedding and its error, so that the cosine of two is a weighted mean of the likeness of their meanings and of whether
they went wrong in the same way.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from synterm.analysis.words import words_of

MOST = 10_000
"""Texts that are compared each with each, which takes 8 bytes for each pair. Those beyond it join the nearest group."""
NEAR = 0.5
"""From this mean likeness on, groups are one."""
_ERROR = 0.35
"""How much of the likeness is the error's, the rest is the meaning's."""
_TILE = 256
_PART = 1024
_KINDS = 64
"""So many kinds of errors are told apart."""
_ALIKE = 0.4
"""A text joins a group that has this share of its words."""
_COMMON = 0.5
"""Words in more than this share of all texts tell nothing."""


def can_tell_meanings() -> bool:
    """Whether the extra ``analysis`` is installed."""
    return find_spec("wordllama") is not None and find_spec("scipy") is not None


def by_meaning(texts: Sequence[str], errors: Sequence[str], near: float = NEAR) -> list[list[int]]:
    """Groups of places in `texts`, the largest first, and in a group the most typical first.

    `errors`: how each went wrong, in some words; equal ones are alike. A text that is like no other is a group of its
    own. The same texts in another order give the same groups, as far as no two likenesses are equal. Raises ModelError
    where embeddings can't be made.
    """
    if not texts:
        return []
    vectors = _vectors(texts, errors)
    order = sorted(range(len(texts)), key=lambda at: (texts[at], errors[at], at))
    # Where there are too many, every so-many-th in the order of the alphabet: seeds stand beside their variations.
    step = -(-len(order) // MOST)
    chosen, rest = order[::step], [at for place, at in enumerate(order) if place % step]
    found = [[chosen[at] for at in group] for group in by_vectors(vectors[chosen], near)]
    middles = [vectors[group].mean(axis=0) for group in found]
    for start in range(0, len(rest), _PART):
        part = rest[start : start + _PART]
        for at, group in zip(part, joining(vectors[part], middles, near), strict=True):
            if group is None:
                found.append([at])
            else:
                found[group].append(at)
    return _sorted([_typical_first(vectors, group) for group in found])


def by_vectors(vectors: Any, near: float) -> list[list[int]]:
    """Groups of rows whose mean cosine is `near` and more (average linkage), the largest first, and in a group the most
    typical first. All are compared, so that there should be no more than MOST. A row of zeros is a group of its own."""
    return _sorted([_typical_first(vectors, group) for group in _agglomerated(vectors, 1 - near)])


def joining(vectors: Any, middles: Sequence[Any], near: float) -> list[int | None]:
    """For each row the group that it joins, by number; None where none is near.

    `middles`: of each group the mean of its rows, so that the product is the mean cosine with all of them, by which
    groups become one as well.
    """
    import numpy as np

    if not len(middles):
        return [None] * len(vectors)
    likeness = vectors @ np.stack(middles).T
    best = likeness.argmax(axis=1)
    return [int(at) if row[at] >= near else None for at, row in zip(best, likeness, strict=True)]


def by_wording(texts: Sequence[str], errors: Sequence[str]) -> list[list[int]]:
    """The same by the words alone: of one error, texts that share enough words that are not in most others.

    Each text joins the group whose words it shares most of, or begins one.
    """
    words = [words_of(text) for text in texts]
    counts = Counter(word for some in words for word in some)
    most = max(_COMMON * len(texts), 3)
    telling = [frozenset(word for word in some if counts[word] <= most) for some in words]
    found: list[tuple[str, set[str], list[int]]] = []
    by_word: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at in sorted(range(len(texts)), key=lambda at: (-len(telling[at]), texts[at], errors[at])):
        near = {place for word in telling[at] for place in by_word[errors[at], word]}
        best = max(near, key=lambda place: (_shared(telling[at], found[place][1]), -place), default=None)
        if best is None or _shared(telling[at], found[best][1]) < _ALIKE:
            best = len(found)
            found.append((errors[at], set(telling[at]), []))
        found[best][2].append(at)
        for word in telling[at]:
            by_word[errors[at], word].add(best)
    return _sorted([group for _, _, group in found])


def _shared(some: frozenset[str], others: set[str]) -> float:
    return len(some & others) / len(some) if some else 0.0


def _sorted(groups: list[list[int]]) -> list[list[int]]:
    return sorted(groups, key=lambda group: (-len(group), min(group)))


def _vectors(texts: Sequence[str], errors: Sequence[str]) -> Any:
    import numpy as np

    from synterm.analysis.embeddings import embedder

    meanings = np.vstack([embedder().embed(texts[at : at + _PART]) for at in range(0, len(texts), _PART)])
    kinds = {error: number for number, error in enumerate(dict.fromkeys(errors))}
    width = min(len(kinds), _KINDS)
    wrong = np.zeros((len(texts), width), np.float32)
    for at, error in enumerate(errors):
        wrong[at, kinds[error] % width] = 1.0
    return np.hstack([meanings * np.float32((1 - _ERROR) ** 0.5), wrong * np.float32(_ERROR**0.5)])


def _agglomerated(vectors: Any, most: float) -> list[list[int]]:
    """Average linkage over cosine distances, cut at `most`."""
    import numpy as np

    hierarchy: Any = import_module("scipy.cluster.hierarchy")
    count = len(vectors)
    if count == 1:
        return [[0]]
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(lengths > 0, lengths, 1)
    distances = np.empty(count * (count - 1) // 2)
    at = 0
    for first in range(0, count, _TILE):
        likeness = unit[first : first + _TILE] @ unit[first:].T
        for row in range(len(likeness)):
            part = likeness[row, row + 1 :]
            distances[at : at + len(part)] = part
            at += len(part)
    np.subtract(1, distances, out=distances)
    np.clip(distances, 0, 2, out=distances)
    labels = hierarchy.fcluster(hierarchy.linkage(distances, "average"), most, "distance")
    groups: dict[int, list[int]] = defaultdict(list)
    for place, label in enumerate(labels.tolist()):
        groups[label].append(place)
    return list(groups.values())


def _centre(vectors: Any) -> Any:
    import numpy as np

    mean = vectors.mean(axis=0)
    length = np.linalg.norm(mean)
    return mean / length if length else mean


def _typical_first(vectors: Any, group: list[int]) -> list[int]:
    if len(group) < 3:
        return sorted(group)
    likeness = vectors[group] @ _centre(vectors[group])
    return [group[at] for at in sorted(range(len(group)), key=lambda at: (-round(float(likeness[at]), 6), group[at]))]
