"""What recorded runs say about answers to cases: every distinct answer, with its verdicts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult
from synterm.core.review import output_id
from synterm.storage.base import Store, chunks, dump
from synterm.storage.recorded import RecordedReader

_COLUMNS = """
SELECT pk, run_id, prompt, version, body_id, model_name FROM run_columns
WHERE ? = 0 OR model_name IN (SELECT value FROM json_each(?)) ORDER BY run_id DESC, pk DESC
"""
_HAVING = """
SELECT value FROM json_each(?) WHERE EXISTS
(SELECT 1 FROM evaluations WHERE column_pk = value AND case_id BETWEEN ? AND ?)
"""
"""The columns that know any case of a page: most runs of a long history know other cases."""
_VERDICTS = """
SELECT done.case_id, done.column_pk, done.repeat, done.passed, done.score, done.grades, done.outcome, done.response_pk
FROM json_each(?) AS known CROSS JOIN json_each(?) AS wanted
CROSS JOIN evaluations AS done ON done.column_pk = known.value AND done.case_id = wanted.value
CROSS JOIN cases ON cases.id = done.case_id AND unhex(cases.content_id) = done.content_id
WHERE done.passed IS NOT NULL AND done.response_pk IS NOT NULL
"""
"""From the columns on, so that the index on (column, case, repeat) is used."""
_TEXTS = "SELECT pk, text, finish_reason FROM responses WHERE pk IN (SELECT value FROM json_each(?))"
_PAGE = 500


class _Column(NamedTuple):
    run_id: str
    prompt: str
    version: str
    body_id: str
    model_name: str
    age: int
    """0 for the newest."""


class _Verdict(NamedTuple):
    column: _Column
    repeat: int
    passed: bool
    score: float | None
    grades: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a case, whatever run, prompt or model it came of, and what checks said about it.

    Of each variant and repeat the verdict of the newest run counts: an older one may be that of other checks.
    """

    name: str
    """`output_id` of the text."""
    text: str
    """As it came; of a dialog the transcript."""
    outcome: Outcome
    finish_reason: str | None
    passed: int
    """Verdicts that it passed."""
    failed: int
    score: float | None
    """The mean over these verdicts, 0 to 1."""
    checks: tuple[CheckResult, ...]
    """What they found, in the newest of the verdicts that say what most say."""
    model: str
    """Whose answer that was."""
    variant: tuple[str, str]
    """Prompt and version that it was given under."""
    run_id: str

    @property
    def judged(self) -> int:
        """How many verdicts there are."""
        return self.passed + self.failed


@dataclass(slots=True)
class _Gathered:
    """The verdicts on one answer."""

    text: str
    finish_reason: str | None
    verdicts: list[_Verdict] = field(default_factory=list[_Verdict])
    places: set[tuple[str, str, int]] = field(default_factory=set[tuple[str, str, int]])

    def add(self, verdict: _Verdict) -> None:
        """Take a verdict, the newest first, unless a newer one of the same place is there."""
        place = (verdict.column.body_id, verdict.column.model_name, verdict.repeat)
        if place not in self.places:
            self.places.add(place)
            self.verdicts.append(verdict)


class TrainingStore(Store):
    """Reads answers page by page; in memory is one page of cases with what was said to them."""

    def answers(
        self, case_ids: Iterable[str], models: Collection[str] = ()
    ) -> Iterator[tuple[Sequence[str], dict[str, list[Said]]]]:
        """For each page of these cases, in their order: the cases' ids, and the answers to those that have any.

        Only answers with a verdict, to what the case says now. `models`: only those of these; none: all. The answers
        of a case are in the order of the text's name, which no run decides. Raises ProjectError.
        """
        columns = self._columns(models)
        reader = RecordedReader(self._rows)
        for page in chunks(case_ids, _PAGE):
            with self._reading("an evaluation"):
                found = self._page(page, columns, reader) if columns else {}
            yield page, found

    def has_reviews(self) -> bool:
        """Whether people judged any answer."""
        return self._row("SELECT 1 FROM reviews LIMIT 1") is not None

    def _columns(self, models: Collection[str]) -> dict[int, _Column]:
        rows = self._rows(_COLUMNS, [len(models), dump(sorted(models))])
        return {
            pk: _Column(run_id, prompt, version, body, model, age)
            for age, (pk, run_id, prompt, version, body, model) in enumerate(rows)
        }

    def _page(self, page: list[str], columns: dict[int, _Column], reader: RecordedReader) -> dict[str, list[Said]]:
        having = [pk for (pk,) in self._rows(_HAVING, [dump([*columns]), min(page), max(page)])]
        rows = self._rows(_VERDICTS, [dump(having), dump(page)]) if having else []
        texts = self._texts({row[7] for row in rows})
        found: dict[str, dict[str, _Gathered]] = {}
        for case_id, column, repeat, passed, score, grades, outcome, stored in sorted(
            rows, key=lambda row: (columns[row[1]].age, row[0], row[2])
        ):
            if stored not in texts:
                continue
            name, text, finish = texts[stored]
            answers = found.setdefault(case_id, {})
            gathered = answers.setdefault(name, _Gathered(text, finish))
            gathered.add(_Verdict(columns[column], repeat, bool(passed), score, grades, outcome))
        return {
            case_id: [_said(name, answers[name], reader) for name in sorted(answers)]
            for case_id, answers in found.items()
        }

    def _texts(self, stored: Collection[int]) -> dict[int, tuple[str, str, str | None]]:
        """Name, text and finish reason of answers, by row."""
        rows = self._rows(_TEXTS, [dump(sorted(stored))])
        names: dict[str, str] = {}
        for _, text, _ in rows:
            if text not in names:
                names[text] = output_id(text)
        return {pk: (names[text], text, finish) for pk, text, finish in rows}


def _said(name: str, gathered: _Gathered, reader: RecordedReader) -> Said:
    verdicts = gathered.verdicts
    passed = sum(one.passed for one in verdicts)
    most = 2 * passed >= len(verdicts)
    told = next((one for one in verdicts if one.passed == most), verdicts[0])
    scores = [min(max(one.score, 0.0), 1.0) for one in verdicts if one.score is not None]
    pks: list[Any] = orjson.loads(told.grades)
    return Said(
        name=name,
        text=gathered.text,
        outcome=Outcome(told.outcome),
        finish_reason=gathered.finish_reason,
        passed=passed,
        failed=len(verdicts) - passed,
        score=sum(scores) / len(scores) if scores else None,
        checks=reader.checks(pks),
        model=told.column.model_name,
        variant=(told.column.prompt, told.column.version),
        run_id=told.column.run_id,
    )
