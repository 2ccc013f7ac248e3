"""What checks said about answers: how often the same text passed for a case, and how often it failed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from synterm.core.review import Subject, output_id
from synterm.storage.base import Store, chunks, dump

_VERDICTS = """
SELECT done.case_id, lower(hex(done.content_id)), answer.text, done.passed, done.repeat, body_id, model_name
FROM run_columns CROSS JOIN json_each(?) AS wanted
CROSS JOIN evaluations AS done ON done.column_pk = run_columns.pk AND done.case_id = wanted.value
JOIN responses AS answer ON answer.pk = done.response_pk
WHERE done.passed IS NOT NULL ORDER BY run_id DESC, run_columns.pk DESC
"""
"""The newest runs first. From the columns on, so that the index on (column, case, repeat) is used."""
_PAGE = 500


class Told(NamedTuple):
    """How often the same answer to a case passed, and how often it failed."""

    passed: int = 0
    failed: int = 0


class AnswerVerdicts(Store):
    """Reads verdicts by what they are about: a case's content and a text."""

    def told(self, case_ids: Iterable[str]) -> dict[Subject, Told]:
        """What checks said about every answer to these cases.

        Of each variant and repeat what the newest run says counts: an older one may have been judged by other checks.
        """
        found: dict[Subject, Told] = {}
        for part in chunks(dict.fromkeys(case_ids), _PAGE):
            known: set[tuple[str, Subject, str, str, int]] = set()
            for case_id, content, text, passed, repeat, body, model in self._each(_VERDICTS, [dump(part)]):
                subject = (content, output_id(text))
                place = (case_id, subject, body, model, repeat)
                if place in known:
                    continue
                known.add(place)
                before = found.get(subject, Told())
                found[subject] = Told(before.passed + (passed != 0), before.failed + (passed == 0))
        return found
