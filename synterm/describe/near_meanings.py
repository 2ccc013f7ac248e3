"""An index of texts that finds those that mean about the same, by the cosine of their embeddings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from synterm.analysis.embeddings import Embedder, embedder
from synterm.describe.near_texts import Block, Near

_PART = 2048
"""So many vectors lie in one piece of memory: adding moves none."""
_HEAD = 63
"""Dimensions that are looked at first."""
_TILE = 64
"""Products of so small matrices are made on one thread each: several threads for one take twice the time and more on a
machine that has other work."""
_SLACK = 1e-4
"""What rounding may take from a cosine."""
_SAMPLE = 4000
_AT_ONCE = 1 << 16


class NearMeanings:
    """Texts by number, in the order they are added. Needs the extra ``analysis``."""

    def __init__(self, least: float, by: Embedder | None = None) -> None:
        """`least`: the cosine from which on texts are found. Raises ModelError where embeddings can't be made."""
        self.least = least
        self._embedder = by or embedder()
        self._embedder.warm()
        self._count = 0
        self._parts: list[Any] = []
        """Rows of vectors; the last ones of the last part are not used yet."""
        self._width = self._embedder.embed(["width"]).shape[1]

    def __len__(self) -> int:
        return self._count

    def add(self, texts: Sequence[str]) -> int:
        """Take in texts; gives the number of the first."""
        import numpy as np

        first = self._count
        for at in range(0, len(texts), _PART):
            vectors = self._embedder.embed(texts[at : at + _PART])
            while len(vectors):
                place = self._count % _PART
                if not place:
                    self._parts.append(np.zeros((_PART, self._width), np.float32))
                taken = vectors[: _PART - place]
                self._parts[-1][place : place + len(taken)] = taken
                self._count += len(taken)
                vectors = vectors[len(taken) :]
        return first

    def near(self, text: str) -> list[Near]:
        """All texts whose cosine is `least` and more, the nearest first, and then the first added."""
        import numpy as np

        vector = self._embedder.embed([text])[0]
        found: list[Near] = []
        for part, vectors in enumerate(self._used()):
            cosines: Any = vectors @ vector
            near: list[int] = np.flatnonzero(cosines >= self.least).tolist()
            found += (Near(part * _PART + at, cosine(cosines[at])) for at in near)
        return sorted(found, key=lambda one: (-one.likeness, one.number))

    def likeness(self, one: int, other: int) -> float:
        """The cosine of two texts of the index."""
        return cosine(self._vector(one) @ self._vector(other))

    def pairs(self) -> Iterator[Block]:
        """All pairs of texts whose cosine is `least` and more, in portions."""
        import numpy as np

        heads = _heads(list(self._used()))
        shape = (_PART // _TILE, _PART // _TILE, _TILE, _TILE)
        bounds, fit = np.empty(shape, np.float32), np.empty(shape, bool)
        for row, mine in enumerate(heads):
            for column in range(row, len(heads)):
                others = np.ascontiguousarray(heads[column].transpose(0, 2, 1))
                np.matmul(mine[:, None], others[None, :], out=bounds)
                np.greater_equal(bounds, self.least - _SLACK, out=fit)
                yield from self._near(np.flatnonzero(fit), row, column)

    def _near(self, places: Any, row: int, column: int) -> Iterator[Block]:
        """Those of the places in the tiles of two parts whose cosine is enough."""
        import numpy as np

        for at in range(0, len(places), _AT_ONCE):
            part = places[at : at + _AT_ONCE]
            # By the tile of each part, and the places in both.
            other_tile, tile = part // (_TILE * _TILE) % (_PART // _TILE), part // (_TILE * _PART)
            some = tile * _TILE + part // _TILE % _TILE
            others = other_tile * _TILE + part % _TILE
            if row == column:
                later = some < others
                some, others = some[later], others[later]
            cosines = np.einsum("ij,ij->i", self._parts[row][some], self._parts[column][others])
            near = cosines >= self.least
            if near.any():
                yield Block(some[near] + row * _PART, others[near] + column * _PART)

    def _used(self) -> Iterator[Any]:
        for at, part in enumerate(self._parts):
            yield part[: self._count - at * _PART]

    def _vector(self, number: int) -> Any:
        return self._parts[number // _PART][number % _PART]


def cosine(value: Any) -> float:
    """A cosine as it is shown and compared: to six digits, since further ones differ between machines."""
    return round(min(float(value), 1.0), 6)


def _heads(parts: Sequence[Any]) -> list[Any]:
    """The vectors turned so that their first dimensions say most (principal components): those dimensions, and the
    length of what is left.

    Turning changes no product of two vectors, and what the dimensions that are left add to one is at most the product
    of their lengths (Cauchy-Schwarz). So the product of two rows of this is never less than the cosine.
    """
    import numpy as np

    if not parts:
        return []
    every = max(sum(map(len, parts)) // _SAMPLE, 1)
    sample = np.concatenate([part[::every] for part in parts]).astype(np.float64)
    _, axes = np.linalg.eigh(sample.T @ sample)
    main = axes[:, ::-1][:, :_HEAD].astype(np.float32)
    heads: list[Any] = []
    for part in parts:
        head = part @ main
        rest = np.einsum("ij,ij->i", part, part) - np.einsum("ij,ij->i", head, head)
        whole = np.zeros((_PART, _HEAD + 1), np.float32)
        whole[: len(part), : head.shape[1]] = head
        whole[: len(part), -1] = np.sqrt(np.maximum(rest, 0.0))
        heads.append(whole.reshape(_PART // _TILE, _TILE, _HEAD + 1))
    return heads
