"""What checks said about answers, with their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from synterm.core.review import output_id
from synterm.storage.base import Store, chunks, dump

_VERDICTS = """
SELECT done.case_id, lower(hex(done.content_id)), answer.text, done.passed, done.repeat,
    run_columns.body_id, run_columns.model_name
FROM run_columns CROSS JOIN json_each(?) AS wanted
CROSS JOIN evaluations AS done ON done.column_pk = run_columns.pk AND done.case_id = wanted.value
JOIN responses AS answer ON answer.pk = done.response_pk
WHERE done.passed IS NOT NULL ORDER BY run_columns.run_id DESC, run_columns.pk DESC
"""
"""The newest runs first. From the columns on, so that the index on (column, case, repeat) is used."""
_PAGE = 500


class Verdict(NamedTuple):
    """What checks said about an answer to a case."""

    content_id: str
    """Of the case, in hex."""
    text: str
    passed: bool


class AnswerVerdicts(Store):
    """Reads verdicts with what they are about: a case's content and a text."""

    def told(self, case_ids: Iterable[str]) -> Iterator[Verdict]:
        """What checks said about every answer to these cases.

        Of each variant and repeat what the newest run says of a text: an older one may have been judged by other
        checks. Take them all at once.
        """
        for part in chunks(dict.fromkeys(case_ids), _PAGE):
            known: set[tuple[str, str, str, str, str, int]] = set()
            for case_id, content, text, passed, repeat, body, model in self._each(_VERDICTS, [dump(part)]):
                place = (case_id, content, output_id(text), body, model, repeat)
                if place not in known:
                    known.add(place)
                    yield Verdict(content, text, passed != 0)
