"""The documents of a project as prompts look into them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Generic, TypeVar

from synterm.context.index import MOST_CHARACTERS, Index
from synterm.context.ranking import Ranking
from synterm.core.context import ADD_DOCUMENTS, NO_DOCUMENTS, ContextSettings, Retrieval, Retrieved
from synterm.core.document import Document, DocumentEntry
from synterm.core.ids import content_id
from synterm.errors import InputError, ModelError, ProjectError
from synterm.storage.project import Project
from synterm.text import storable

MOST_QUERY = 10_000
"""How many characters of a query count."""
_INDEXES = 8
"""How many indexes are kept, those of the columns that one compares; fewer where they are large."""
_INDEXED = 2 * MOST_CHARACTERS
"""How many characters they may have together."""
_RANKINGS = 4000
"""How many rankings are kept: some 20 MB."""
_PROBLEMS = 100
_CHOICES = 100

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Kept(Generic[K, V]):
    """What was worked out last: at most so many, of at most so large a size together. For several threads."""

    def __init__(self, most: int, room: int = 0, size: Callable[[V], int] = lambda _: 0) -> None:
        self._most = most
        self._room = room
        self._size = size
        self._items: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
            return self._items.get(key)

    def put(self, key: K, value: V) -> V:
        """Keep it, unless another thread was first; gives what is kept."""
        with self._lock:
            value = self._items.setdefault(key, value)
            while len(self._items) > self._most or (len(self._items) > 1 and self._full()):
                self._items.popitem(last=False)
            return value

    def _full(self) -> bool:
        return sum(map(self._size, self._items.values())) > self._room


_IndexKey = tuple[str, int, int]


class _Shelf:
    """What libraries of the same project share, so that a new one need not work out everything again."""

    def __init__(self) -> None:
        self.indexes: _Kept[_IndexKey, Index] = _Kept(_INDEXES, _INDEXED, lambda index: index.characters)
        self.rankings: _Kept[tuple[_IndexKey, str, str], Ranking] = _Kept(_RANKINGS)
        self.problems: _Kept[tuple[_IndexKey, str], str] = _Kept(_PROBLEMS)
        self.making = threading.Lock()
        self.worker = ThreadPoolExecutor(1, "synterm-index")


class Library:
    """The documents of a project at one moment.

    Building an index takes a second for each few megabytes, so `prepare` is for a thread; after it `retrieve` takes
    milliseconds, and for a query that was asked before microseconds. What is found depends on the documents, the
    settings and the query alone. May be used from several threads.
    """

    def __init__(self, path: Path, entries: Sequence[DocumentEntry], before: Library | None = None) -> None:
        """`path`: the project file, from which the texts are read when they are needed. `before`: an earlier library
        of the same file, whose indexes of the same texts go on to serve."""
        self._path = path
        self._entries = list(entries)
        self._shelf = before._shelf if before else _Shelf()
        self._chosen: _Kept[tuple[str, ...], tuple[list[DocumentEntry], str]] = _Kept(_CHOICES)
        """What settings choose, with its digest, by their globs."""

    @classmethod
    def of(cls, project: Project, before: Library | None = None) -> Library:
        """The documents that a project has now. Raises ProjectError."""
        return cls(project.path, project.documents.entries(), before)

    @property
    def names(self) -> list[str]:
        """The names of all documents."""
        return [entry.name for entry in self._entries]

    @property
    def worker(self) -> ThreadPoolExecutor:
        """The thread in which indexes are made, and looked through ahead of time."""
        return self._shelf.worker

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Library) and self._contents == other._contents

    def __hash__(self) -> int:
        return hash(self._contents)

    @property
    def _contents(self) -> tuple[tuple[str, str], ...]:
        return tuple((entry.name, entry.content_id) for entry in self._entries)

    @property
    def fingerprint(self) -> str:
        """What names all documents, with their texts: hex."""
        return content_id("documents", self._contents)

    def digest(self, settings: ContextSettings) -> str:
        """What names the documents that the settings choose, with their texts."""
        return self._choose(settings)[1]

    def problem(self, settings: ContextSettings) -> str | None:
        """Why nothing can be found by these settings, as far as that is known without looking into documents."""
        if not self._entries:
            return f"{NO_DOCUMENTS}: {ADD_DOCUMENTS}"
        if not self._choose(settings)[0]:
            return f"no document is named like {', '.join(settings.documents)}: context.documents in the params"
        return self._shelf.problems.get((self._key(settings), settings.method))

    def is_ready(self, settings: ContextSettings) -> bool:
        """Whether `retrieve` answers at once."""
        if self.problem(settings):
            return True
        index = self._shelf.indexes.get(self._key(settings))
        return index is not None and index.is_ready(settings.method)

    def prepare(self, settings: ContextSettings) -> None:
        """Make ready what these settings need. Raises ProjectError where the file can't be read."""
        if not self.is_ready(settings):
            self._attempt(settings, lambda: self._index(settings).prepare(settings.method))

    def retrieve(self, settings: ContextSettings, query: str) -> Retrieval:
        """The chunks that fit a query best, or why there can be none. Raises ProjectError as `prepare` does."""
        if problem := self.problem(settings):
            return Retrieval(problem=problem)
        found = self._attempt(settings, lambda: self._find(settings, storable(query[:MOST_QUERY])))
        return found or Retrieval(problem=self.problem(settings))

    def _find(self, settings: ContextSettings, query: str) -> Retrieval:
        # Whatever top_k is: the first two of ten are the same as the two of two.
        index, key = self._index(settings), (self._key(settings), settings.method, query)
        ranking = self._shelf.rankings.get(key)
        if ranking is None:
            ranking = self._shelf.rankings.put(key, index.rank(settings.method, query))
        best = ranking[: settings.top_k]
        return Retrieval(
            tuple(Retrieved(index.documents[number], index.texts[number], score) for number, score in best)
        )

    def _attempt(self, settings: ContextSettings, step: Callable[[], V]) -> V | None:
        """What a step gives; None where it fails, which is remembered: it would fail for each case."""
        try:
            return step()
        except (InputError, ModelError) as error:
            words = f"{error}; {error.hint}" if error.hint else str(error)
            self._shelf.problems.put((self._key(settings), settings.method), words)
            return None

    def _index(self, settings: ContextSettings) -> Index:
        key = self._key(settings)
        index = self._shelf.indexes.get(key)
        if index is not None:
            return index
        with self._shelf.making:
            index = self._shelf.indexes.get(key)
            if index is None:
                made = Index(self._read(self._choose(settings)[0]), settings.chunk_size, settings.overlap)
                index = self._shelf.indexes.put(key, made)
        return index

    def _read(self, entries: Sequence[DocumentEntry]) -> Iterator[Document]:
        """The texts, on a connection of its own: for whatever thread asks first."""
        wanted = {entry.name: entry.content_id for entry in entries}
        with Project.look(self._path) as project:
            for document in project.documents.texts(wanted):
                if document.content_id == wanted.pop(document.name):
                    yield document
                    continue
                raise _changed(document.name)
        if wanted:
            raise _changed(next(iter(wanted)))

    def _choose(self, settings: ContextSettings) -> tuple[list[DocumentEntry], str]:
        known = self._chosen.get(settings.documents)
        if known is None:
            chosen = [entry for entry in self._entries if settings.wants(entry.name)]
            digest = content_id("documents", [[entry.name, entry.content_id] for entry in chosen])
            known = self._chosen.put(settings.documents, (chosen, digest))
        return known

    def _key(self, settings: ContextSettings) -> _IndexKey:
        return (self.digest(settings), settings.chunk_size, settings.overlap)


def _changed(name: str) -> ProjectError:
    return ProjectError(f"the document {name!r} changed while it was looked for", hint="try once more")
