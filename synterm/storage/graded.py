"""What checks found about the answers that people judged, from all recorded runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from synterm.core.evaluation import CheckResult
from synterm.core.review import Source, Subject, output_id
from synterm.storage.base import Store, chunks, dump
from synterm.storage.grades import read_grade

_JUDGED = """
SELECT DISTINCT lower(hex(done.content_id)), coalesce(root_id, case_id), response_pk, grades, passed
FROM evaluations AS done WHERE response_pk IS NOT NULL
AND content_id IN (SELECT content_id FROM reviews WHERE source = ?) ORDER BY column_pk
"""
_TEXTS = "SELECT pk, text FROM responses WHERE pk IN (SELECT value FROM json_each(?))"
_GRADES = "SELECT pk, body FROM grades WHERE pk IN (SELECT value FROM json_each(?))"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Graded:
    """An answer to a case that people judged, and what checks found about it."""

    subject: Subject
    root_id: str
    checks: tuple[CheckResult, ...]
    passed: bool | None
    """What they amount to."""


class GradedStore(Store):
    """Reads what checks found. Each call reads all evaluations once: for a question of a person."""

    def of_reviewed(self, source: Source = "review") -> Iterator[Graded]:
        """What checks found about answers to cases of which people judged one, the oldest run first.

        The same for the same answer stands once.
        """
        rows = self._rows(_JUDGED, [source])
        grades: dict[int, CheckResult] = {}
        for page in chunks(rows, _PAGE):
            texts = dict(self._rows(_TEXTS, [dump([row[2] for row in page])]))
            with self._reading("an evaluation"):
                lists: list[list[int]] = [orjson.loads(row[3]) for row in page]
                missing = {pk for pks in lists for pk in pks} - grades.keys()
                grades.update((pk, read_grade(body)) for pk, body in self._rows(_GRADES, [dump(sorted(missing))]))
                for (content, root, pk, _, passed), pks in zip(page, lists, strict=True):
                    if pk in texts:
                        checks = tuple(grades[one] for one in pks if one in grades)
                        yield Graded(
                            (content, output_id(texts[pk])), root, checks, None if passed is None else bool(passed)
                        )
