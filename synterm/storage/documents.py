"""Documents in the project file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future

from sqlite_utils import Database

from synterm.core.document import Document, DocumentEntry
from synterm.core.ids import new_id
from synterm.errors import InputError
from synterm.storage.base import Store, chunks, marks, not_found
from synterm.storage.clock import now
from synterm.storage.connect import DatabaseError
from synterm.storage.taken import Taken, put_back, take

_PAGE = 500
_TEXTS = 20
"""How many texts are read at a time: each may have megabytes."""


class DocumentStore(Store):
    """Documents by name."""

    def entries(self) -> list[DocumentEntry]:
        """All documents without their texts, by name."""
        found: list[DocumentEntry] = []
        after = ""
        with self._reading("a document"):
            while rows := self._rows(
                f"SELECT id, name, content_id, characters, updated FROM documents WHERE name > ? "
                f"ORDER BY name LIMIT {_PAGE}",
                (after,),
            ):
                found += [
                    DocumentEntry(id=one, name=name, content_id=content.hex(), characters=size, updated=updated)
                    for one, name, content, size, updated in rows
                ]
                after = rows[-1][1]
        return found

    def texts(self, names: Iterable[str]) -> Iterator[Document]:
        """The documents of these names, some at a time; those that are gone are left out."""
        for page in chunks(names, _TEXTS):
            sql = f"SELECT name, text FROM documents WHERE name IN ({marks(len(page))}) ORDER BY name"
            with self._reading("a document"):
                found = [Document(name=name, text=text) for name, text in self._rows(sql, page)]
            yield from found

    def get(self, name: str) -> Document:
        """The document of that name. Raises NotFoundError."""
        found = next(self.texts([name]), None)
        if found is None:
            raise not_found("document", name, (entry.name for entry in self.entries()))
        return found

    def put(self, *documents: Document) -> Future[None]:
        """Add documents, or replace the texts of those that have the same name."""

        def work(db: Database) -> None:
            for document in documents:
                _put(db, document)

        return self._writer.submit(work)

    def take(self, name: str) -> Future[Taken]:
        """Remove a document, and give its row, to be put back. Answers that were received stay."""
        return self._writer.submit(lambda db: take(db, ("documents", "name = ?", (name,))))

    def put_back(self, taken: Taken) -> Future[None]:
        """Put back what `take` gave. The future raises InputError for a name that another document has by now."""

        def work(db: Database) -> None:
            try:
                put_back(db, taken)
            except DatabaseError as error:
                if "documents.name" in str(error):
                    raise InputError("there is a document of that name by now", where="name") from error
                raise

        return self._writer.submit(work)

    def remove(self, name: str) -> Future[int]:
        """Remove a document, and give how many. Answers that were received stay."""
        return self._writer.submit(lambda db: db.conn.execute("DELETE FROM documents WHERE name = ?", (name,)).rowcount)


def _put(db: Database, document: Document) -> None:
    content = bytes.fromhex(document.content_id)
    db.conn.execute(
        "INSERT INTO documents (id, name, content_id, characters, updated, text) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET text = excluded.text, content_id = excluded.content_id, "
        "characters = excluded.characters, updated = excluded.updated",
        (new_id(), document.name, content, len(document.text), now(), document.text),
    )
