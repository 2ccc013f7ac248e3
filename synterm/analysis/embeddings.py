"""Texts as vectors that lie near each other where the texts mean the same."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from synterm.analysis.library import library

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

MAX_CHARACTERS = 8000
"""How much of a text counts: its beginning. Longer ones would take memory in proportion, and mean little on average."""
_KEPT = 20_000
"""How many vectors are kept: 20 MB."""
_BATCH = 32
_NEED = "comparing meanings"


class Embedder(Protocol):
    """Whatever gives vectors for texts."""

    name: str
    """What tells its vectors from those of others."""

    def warm(self) -> None:
        """Load what it needs; may take long the first time. Raises ModelError where it can't."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, of length 1; of zeros for a text that holds nothing with a meaning."""
        ...


class WordLlamaEmbedder:
    """The embedding model that comes within the package wordllama: 256 numbers for a text, the mean of its tokens'.

    Loads in half a second and then takes some 0.05 ms for a sentence. May be used from several threads.
    """

    name = "wordllama/l2_supercat_256"

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, Any] = OrderedDict()

    def warm(self) -> None:
        """Load the model from the package's own folder: nothing is fetched."""
        with self._lock:
            self._load()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """A row for each text, of length 1 or of zeros; the last ones are kept, so that the same costs nothing."""
        import numpy as np

        heads = [text[:MAX_CHARACTERS] for text in texts]
        keys = [hashlib.blake2b(head.encode("utf-8", "surrogatepass"), digest_size=16).digest() for head in heads]
        with self._lock:
            found = {key: self._known[key] for key in keys if key in self._known}
            missing = {key: head for key, head in zip(keys, heads, strict=True) if key not in found}
            if missing:
                found |= zip(missing, self._vectors(list(missing.values())), strict=True)
            for key in keys:
                self._known[key] = found[key]
                self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return np.stack([found[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)

    def _vectors(self, texts: list[str]) -> Vectors:
        import numpy as np

        # A batch is as wide as its longest text.
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        # A lone surrogate is no text to the tokenizer, which is written in another language.
        sound = [texts[index].encode("utf-8", "replace").decode() for index in order]
        found: Any = self._load().embed(sound, norm=False, batch_size=_BATCH)
        vectors = np.empty_like(found)
        vectors[order] = found
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        # The model's tokens of nothing but space have a length of about zero, and a direction that means nothing.
        blank = (lengths < 1e-6) | ~np.isfinite(lengths) | np.array([[not text.strip()] for text in texts])
        return np.where(blank, 0.0, vectors / np.where(blank, 1.0, lengths)).astype(np.float32)

    def _load(self) -> Any:
        if self._model is None:
            package = library("wordllama", need=_NEED)
            folder = Path(package.__file__).parent
            self._model = package.WordLlama.load(cache_dir=folder, disable_download=True)
        return self._model


@cache
def embedder() -> Embedder:
    """The embedder that is used here, one for all."""
    return WordLlamaEmbedder()


def nearness(one: Vectors, others: Vectors) -> Vectors:
    """The cosine of the angle between a vector and each of `others`, -1 to 1; 0 where one of them is of zeros."""
    return others @ one
