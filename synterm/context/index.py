"""An index: the chunks of some documents, ready to be looked through."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from synterm.analysis.embeddings import embedder
from synterm.context.bm25 import Bm25
from synterm.context.chunking import chunk_spans
from synterm.context.fusion import fuse
from synterm.context.meanings import Meanings
from synterm.context.ranking import Ranking
from synterm.core.context import MOST_FOUND, Method
from synterm.core.document import Document
from synterm.errors import InputError

MOST_CHUNKS = 100_000
MOST_CHARACTERS = 20_000_000
"""The most that an index takes in: some 10,000 pages. Of usual texts it then has 300 MB, of hostile ones 1 GB."""
_DEPTH = 2 * MOST_FOUND
"""How deep the rankings go that are fused."""


class Index:
    """Chunks and what ranks them. Each ranking is made ready when it is first asked for; from several threads, once."""

    def __init__(self, documents: Iterable[Document], size: int, overlap: int) -> None:
        """Cuts the documents. Raises InputError where they are too many."""
        self.documents: list[str] = []
        """The name of each chunk's document."""
        self.texts: list[str] = []
        self.characters = 0
        """How many the documents have together."""
        for document in documents:
            self.characters += len(document.text)
            if self.characters > MOST_CHARACTERS:
                raise InputError(
                    f"the documents come to over {MOST_CHARACTERS:,} characters",
                    hint="context: {documents: [GLOB]} takes some of them",
                )
            for start, end in chunk_spans(document.text, size, overlap):
                if document.text[start:end].strip():
                    self.documents.append(document.name)
                    self.texts.append(document.text[start:end])
            if len(self.texts) > MOST_CHUNKS:
                raise InputError(f"the documents come to over {MOST_CHUNKS:,} chunks", hint="raise chunk_size")
        self._words: Bm25 | None = None
        self._meanings: Meanings | None = None
        self._lock = threading.Lock()

    def is_ready(self, method: Method) -> bool:
        """Whether `rank` takes no longer than a ranking."""
        words, meanings = method != "embeddings", method != "bm25"
        return (self._words is not None or not words) and (self._meanings is not None or not meanings)

    def prepare(self, method: Method) -> None:
        """Make ready what ranks; takes seconds. Raises ModelError where embeddings can't be made."""
        with self._lock:
            if method != "embeddings" and self._words is None:
                self._words = Bm25(self.texts)
            if method != "bm25" and self._meanings is None:
                self._meanings = Meanings(self.texts, embedder())

    def rank(self, method: Method, query: str) -> Ranking:
        """The chunks that fit a query best, as many as any prompt can ask for. Raises as `prepare` does."""
        self.prepare(method)
        if method == "bm25":
            return self._by_words(query, MOST_FOUND)
        if method == "embeddings":
            return self._by_meaning(query, MOST_FOUND)
        return fuse((self._by_words(query, _DEPTH), self._by_meaning(query, _DEPTH)), MOST_FOUND)

    def _by_words(self, query: str, most: int) -> Ranking:
        assert self._words is not None, "it was prepared"
        return self._words.rank(query, most)

    def _by_meaning(self, query: str, most: int) -> Ranking:
        assert self._meanings is not None, "it was prepared"
        return self._meanings.rank(query, most)
