"""Human verdicts in the project file: one of each person on each output of a case, as reviewer and as user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.review import Review, Source, Subject, output_id
from synterm.storage.base import Store, chunks, dump, text_or_none
from synterm.storage.clock import now

_COLUMNS = (
    "hex(reviews.content_id), hex(output_id), passed, who, note, response_pk, reviews.id, reviews.created, updated, "
    "source, rating, answer FROM reviews"
)
_SOURCES: tuple[Source, ...] = ("review", "feedback")
_PAGE = 500


class ReviewStore(Store):
    """Reviews by what they are about."""

    def put(self, *reviews: Review) -> Future[None]:
        """Keep verdicts. The same person's verdict on the same output is replaced, and keeps its id and date."""
        rows = [_row(review) for review in reviews]

        def work(db: Database) -> None:
            db.conn.executemany(
                "INSERT INTO reviews (id, content_id, output_id, response_pk, passed, note, who, created, updated, "
                "source, rating, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (content_id, output_id, source, who) DO UPDATE SET "
                "response_pk = coalesce(excluded.response_pk, response_pk), passed = excluded.passed, "
                "note = excluded.note, updated = excluded.updated, rating = excluded.rating, "
                "answer = CASE WHEN coalesce(excluded.response_pk, response_pk) IS NULL THEN excluded.answer END",
                rows,
            )

        return self._writer.submit(work)

    def remove(self, review_id: str) -> Future[int]:
        """Take a verdict away; gives how many there were."""
        return self._writer.submit(
            lambda db: db.conn.execute("DELETE FROM reviews WHERE id = ?", (review_id,)).rowcount
        )

    def for_outputs(self, subjects: Iterable[Subject], source: Source = "review") -> dict[Subject, list[Review]]:
        """The verdicts on these outputs, by what they are about, the oldest first."""
        found: dict[Subject, list[Review]] = {}
        sql = (
            f"SELECT {_COLUMNS} JOIN json_each(?) AS wanted ON reviews.content_id = unhex(wanted.value ->> 0) "
            "AND output_id = unhex(wanted.value ->> 1) WHERE source = ? ORDER BY reviews.id"
        )
        for part in chunks(dict.fromkeys(subjects), _PAGE):
            for review in self._reviews(self._rows(sql, [dump(part), source])):
                found.setdefault(review.subject, []).append(review)
        return found

    def for_contents(self, contents: Iterable[str], source: Source = "review") -> Iterator[tuple[Review, str]]:
        """The verdicts on any outputs of these contents (hex ids), the oldest first, each with the output's text.

        One whose text is gone is left out.
        """
        sql = (
            f"SELECT {_COLUMNS.replace(' FROM', ', coalesce(answer, responses.text) FROM')} "
            "JOIN json_each(?) AS wanted ON reviews.content_id = unhex(wanted.value) "
            "LEFT JOIN responses ON responses.pk = response_pk WHERE source = ? ORDER BY reviews.id"
        )
        for part in chunks(dict.fromkeys(contents), _PAGE):
            rows = self._rows(sql, [dump(part), source])
            texts = [row[-1] for row in rows]
            reviews = self._reviews([row[:-1] for row in rows])
            yield from ((review, text) for review, text in zip(reviews, texts, strict=True) if text is not None)

    def page(self, after: str = "", limit: int = 200) -> list[Review]:
        """The verdicts after the one with the id `after`, in the order they were kept."""
        return self._reviews(self._rows(f"SELECT {_COLUMNS} WHERE id > ? ORDER BY id LIMIT ?", [after, limit]))

    def all(self) -> Iterator[Review]:
        """All verdicts in the order they were kept, read page by page."""
        after = ""
        while page := self.page(after):
            yield from page
            after = page[-1].id

    def counts(self, source: Source = "review") -> dict[str, tuple[int, int]]:
        """How many outputs each person passed and failed, by name."""
        rows = self._rows(
            "SELECT who, total(passed), count(*) FROM reviews WHERE source = ? GROUP BY who ORDER BY who", [source]
        )
        return {who: (int(passed), count - int(passed)) for who, passed, count in rows}

    def settle(self) -> int:
        """Find the answers in the file that verdicts without one are about; gives how many verdicts are left without.

        Reads all answers once.
        """
        loose = self._rows("SELECT DISTINCT lower(hex(content_id)) FROM reviews WHERE response_pk IS NULL")
        if not loose:
            return 0
        wanted = dump([content for (content,) in loose])
        of_wanted = "content_id IN (SELECT value FROM json_each(?))"
        sql = f"SELECT pk, content_id, text FROM responses WHERE {of_wanted} ORDER BY pk"
        rows = {(content, output_id(text)): pk for pk, content, text in self._each(sql, [wanted])}
        found = [(pk, bytes.fromhex(content), bytes.fromhex(output)) for (content, output), pk in rows.items()]

        def work(db: Database) -> int:
            db.conn.executemany(
                "UPDATE reviews SET response_pk = ?, answer = NULL "
                "WHERE content_id = ? AND output_id = ? AND response_pk IS NULL",
                found,
            )
            return db.conn.execute("SELECT count(*) FROM reviews WHERE response_pk IS NULL").fetchone()[0]

        return self._writer.submit(work).result()

    def unsettled(self) -> Iterator[Review]:
        """The verdicts on answers that the file does not have, read page by page."""
        after = ""
        sql = f"SELECT {_COLUMNS} WHERE id > ? AND response_pk IS NULL ORDER BY id LIMIT ?"
        while page := self._reviews(self._rows(sql, [after, _PAGE])):
            yield from page
            after = page[-1].id

    def _reviews(self, rows: list[tuple[Any, ...]]) -> list[Review]:
        with self._reading("a review"):
            return [_review(row) for row in rows]


def _review(row: tuple[Any, ...]) -> Review:
    if row[9] not in _SOURCES:
        raise ValueError(f"a verdict of {row[9]}")
    return Review(row[0].lower(), row[1].lower(), bool(row[2]), *row[3:])


def _row(review: Review) -> tuple[Any, ...]:
    time = now()
    return (
        review.id,
        bytes.fromhex(review.content_id),
        bytes.fromhex(review.output_id),
        review.response_pk,
        review.passed,
        text_or_none(review.note),
        text_or_none(review.who),
        review.created or time,
        time,
        review.source,
        review.rating,
        None if review.response_pk is not None else text_or_none(review.answer),
    )
