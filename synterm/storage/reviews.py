"""Human verdicts in the project file: one of each person on each output of a case."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from typing import Any

from sqlite_utils import Database

from synterm.core.review import Review, Subject
from synterm.storage.base import Store, chunks, dump, text_or_none
from synterm.storage.clock import now

_COLUMNS = "hex(content_id), hex(output_id), passed, who, note, response_pk, reviews.id, created, updated FROM reviews"
_PAGE = 500


class ReviewStore(Store):
    """Reviews by what they are about."""

    def put(self, *reviews: Review) -> Future[None]:
        """Keep verdicts. The same person's verdict on the same output is replaced, and keeps its id and date."""
        rows = [_row(review) for review in reviews]

        def work(db: Database) -> None:
            db.conn.executemany(
                "INSERT INTO reviews (id, content_id, output_id, response_pk, passed, note, who, created, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (content_id, output_id, who) DO UPDATE SET "
                "response_pk = excluded.response_pk, passed = excluded.passed, note = excluded.note, "
                "updated = excluded.updated",
                rows,
            )

        return self._writer.submit(work)

    def remove(self, review_id: str) -> Future[int]:
        """Take a verdict away; gives how many there were."""
        return self._writer.submit(
            lambda db: db.conn.execute("DELETE FROM reviews WHERE id = ?", (review_id,)).rowcount
        )

    def for_outputs(self, subjects: Iterable[Subject]) -> dict[Subject, list[Review]]:
        """The verdicts on these outputs, by what they are about, the oldest first."""
        found: dict[Subject, list[Review]] = {}
        sql = (
            f"SELECT {_COLUMNS} JOIN json_each(?) AS wanted ON content_id = unhex(wanted.value ->> 0) "
            "AND output_id = unhex(wanted.value ->> 1) ORDER BY reviews.id"
        )
        for part in chunks(dict.fromkeys(subjects), _PAGE):
            for review in self._reviews(self._rows(sql, [dump(part)])):
                found.setdefault(review.subject, []).append(review)
        return found

    def page(self, after: str = "", limit: int = 200) -> list[Review]:
        """The verdicts after the one with the id `after`, in the order they were first given."""
        return self._reviews(self._rows(f"SELECT {_COLUMNS} WHERE id > ? ORDER BY id LIMIT ?", [after, limit]))

    def counts(self) -> dict[str, tuple[int, int]]:
        """How many outputs each person passed and failed, by name."""
        rows = self._rows("SELECT who, total(passed), count(*) FROM reviews GROUP BY who ORDER BY who")
        return {who: (int(passed), count - int(passed)) for who, passed, count in rows}

    def _reviews(self, rows: list[tuple[Any, ...]]) -> list[Review]:
        with self._reading("a review"):
            return [Review(row[0].lower(), row[1].lower(), bool(row[2]), *row[3:]) for row in rows]


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
    )
