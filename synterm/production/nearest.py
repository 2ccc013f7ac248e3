"""Which case is nearest to a text: looked up among all, by way of those that decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synterm.analysis.embeddings import Vectors
    from synterm.analysis.regression import Places

_AT_ONCE = 4096


class Nearest:
    """Each case belongs to that of the deciding ones which is nearest to it, of its own behavior. For a text, those are
    looked at that belong to the deciding one nearest to it: where all cases decide it is exact, else nearly."""

    def __init__(self, vectors: Vectors, classes: Sequence[int], chosen: Sequence[int]) -> None:
        """`vectors` and `classes` of all cases, and the places of those that decide."""
        import numpy as np

        self._chosen = np.array(chosen)
        self._classes = np.array(classes)[self._chosen]
        owners = np.zeros(len(classes), np.int64)
        every = np.array(classes)
        for kind in np.unique(self._classes).tolist():
            heads = np.flatnonzero(self._classes == kind)
            points = vectors[self._chosen[heads]]
            members = np.flatnonzero(every == kind)
            for start in range(0, len(members), _AT_ONCE):
                part = members[start : start + _AT_ONCE]
                owners[part] = heads[(vectors[part] @ points.T).argmax(axis=1)]
        self._order = np.argsort(owners, kind="stable")
        self._rank = np.argsort(self._order)
        # Those of one owner beside each other, so that they need not be gathered for each batch.
        self._vectors = np.ascontiguousarray(vectors[self._order])
        self._starts = np.searchsorted(owners[self._order], np.arange(len(chosen) + 1))
        self._alone = len(chosen) == len(classes)
        self._heads = [np.flatnonzero(self._classes == kind) for kind in range(int(self._classes.max()) + 1)]

    def of(self, vectors: Vectors, cosines: Vectors, classes: Places) -> tuple[Places, Vectors]:
        """For each text, the place of the nearest case of its class, of any class where that is -1, and its cosine.

        `vectors`: a row for each text; `cosines`: its cosines with the cases that decide.
        """
        import numpy as np

        head = np.zeros(len(classes), np.int64)
        for texts in _alike(classes):
            kind = int(classes[texts[0]])
            if kind < 0:
                head[texts] = cosines[texts].argmax(axis=1)
            else:
                heads = self._heads[kind]
                head[texts] = heads[cosines[np.ix_(texts, heads)].argmax(axis=1)]
        place, likeness = self._chosen[head], cosines[np.arange(len(head)), head]
        for texts in _alike(head) if not self._alone else ():
            owner = int(head[texts[0]])
            members = slice(self._starts[owner], self._starts[owner + 1])
            near: Any = vectors[texts] @ self._vectors[members].T
            best = near.argmax(axis=1)
            place[texts], likeness[texts] = self._order[members][best], near[np.arange(len(best)), best]
        return place, likeness

    def cosine(self, case: int, vector: Vectors) -> float:
        """Of a case, by its place, and a text."""
        return float(self._vectors[self._rank[case]] @ vector)


def _alike(labels: Places) -> list[Places]:
    """The places of each label."""
    import numpy as np

    order = np.argsort(labels, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)
