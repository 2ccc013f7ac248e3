"""What recorded runs say of the answers to cases: each distinct answer once, with its verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from synterm.core.evaluation import CheckResult
from synterm.core.review import output_id
from synterm.storage.base import Store, chunks, dump
from synterm.storage.grades import read_grade

_ANSWERS = """
SELECT done.case_id, done.repeat, run_columns.prompt, run_columns.version, run_columns.body_id, run_columns.model_name,
    run_columns.run_id, done.response_pk, done.passed, done.score, done.grades
FROM run_columns CROSS JOIN json_each(?) AS wanted
CROSS JOIN evaluations AS done ON done.column_pk = run_columns.pk AND done.case_id = wanted.value ->> 0
WHERE done.passed IS NOT NULL AND done.response_pk IS NOT NULL AND done.content_id = unhex(wanted.value ->> 1)
ORDER BY run_columns.run_id DESC, run_columns.pk DESC, done.repeat
"""
"""The newest runs first. From the columns on, so that the index on (column, case, repeat) is used."""
_TEXTS = "SELECT pk, text FROM responses WHERE pk IN (SELECT value FROM json_each(?))"
_GRADES = "SELECT pk, body FROM grades WHERE pk IN (SELECT value FROM json_each(?))"
_PAGE = 500
_MOST_GRADES = 20_000


@dataclass(slots=True)
class Given:
    """One distinct answer to a case, and what checks said of it. Errors say nothing, and are none."""

    text: str
    """Of a dialog its transcript as JSON."""
    model: str
    prompt: str
    version: str
    run_id: str
    """Of the newest run that has it, as are model, prompt and version."""
    passed: int = 0
    failed: int = 0
    scores: list[float] = field(default_factory=list[float])
    checks: tuple[CheckResult, ...] = ()
    """What the newest verdict rests on."""

    @property
    def score(self) -> float | None:
        """The mean, 0 to 1; None where no check gave a score."""
        return sum(self.scores) / len(self.scores) if self.scores else None

    @property
    def reason(self) -> str:
        """Why it failed, as the first failed check says it; else what the first check says."""
        failed = (check.reason for check in self.checks if check.passed is False)
        return next(failed, self.checks[0].reason if self.checks else "")


class TrainingStore(Store):
    """Reads answers by case."""

    def given(
        self, cases: Iterable[tuple[str, str]], models: Sequence[str] = ()
    ) -> Iterator[tuple[str, dict[str, Given]]]:
        """The answers to cases, each as (case id, content id in hex): those to what the case says now, by `output_id`.

        Page by page, in the order of `cases`; one without any is left out. Of the same prompt text, model and repeat
        only what the newest run says counts: an older one may have been judged by other checks. `models`: only answers
        of these.
        """
        grades: dict[int, CheckResult] = {}
        for page in chunks(cases, _PAGE):
            rows = self._rows(_ANSWERS, [dump([list(one) for one in page])])
            wanted = {row[7] for row in rows}
            texts: dict[int, str] = dict(self._rows(_TEXTS, [dump(sorted(wanted))]))
            with self._reading("an evaluation"):
                self._read_grades(rows, grades)
                found = _gathered(rows, texts, grades, frozenset(models))
            yield from ((case_id, found[case_id]) for case_id, _ in page if case_id in found)

    def _read_grades(self, rows: Sequence[tuple[Any, ...]], grades: dict[int, CheckResult]) -> None:
        if len(grades) > _MOST_GRADES:
            grades.clear()
        missing = {pk for row in rows for pk in orjson.loads(row[10])} - grades.keys()
        grades.update((pk, read_grade(body)) for pk, body in self._rows(_GRADES, [dump(sorted(missing))]))


def _gathered(
    rows: Sequence[tuple[Any, ...]], texts: dict[int, str], grades: dict[int, CheckResult], models: frozenset[str]
) -> dict[str, dict[str, Given]]:
    found: dict[str, dict[str, Given]] = {}
    known: set[tuple[str, str, str, int]] = set()
    for case_id, repeat, prompt, version, body_id, model, run_id, pk, passed, score, listed in rows:
        place = (case_id, body_id, model, repeat)
        if place in known or pk not in texts or (models and model not in models):
            continue
        known.add(place)
        of_case = found.setdefault(case_id, {})
        name = output_id(texts[pk])
        if name not in of_case:
            checks = tuple(grades[one] for one in orjson.loads(listed) if one in grades)
            of_case[name] = Given(texts[pk], model, prompt, version, run_id, checks=checks)
        one = of_case[name]
        one.passed += passed != 0
        one.failed += passed == 0
        if score is not None:
            one.scores.append(score)
    return found
