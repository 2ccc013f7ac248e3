"""The evaluations of a run, read back page by page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import orjson

from synterm.core.completion import Outcome, Usage
from synterm.core.evaluation import CheckResult
from synterm.storage.base import dump
from synterm.storage.grades import read_grade


class Verdicts(Enum):
    """Which evaluations to read."""

    ALL = ""
    FAILED = " AND passed = 0"
    NONE = " AND passed IS NULL"
    PASSED = " AND passed = 1"


Rows = Callable[[str, list[Any]], list[tuple[Any, ...]]]
Column = tuple[int, str, str, str, str]
"""A column of a run's grid: row number, prompt, version, body id, model name."""

_PAGE = 500
_MOST_GRADES = 20_000
_OF_CASES = " AND case_id IN (SELECT value FROM json_each(?))"
_SQL = f"""
SELECT case_id, coalesce(root_id, case_id), scenario_id, contents.input, contents.expected, repeat, done.outcome,
    answer.text, grades, passed, score, label, done.error, hint, cached, answer.latency_ms, answer.cost_usd,
    answer.prompt_tokens, answer.completion_tokens, answer.pk,
    coalesce((SELECT tags FROM cases WHERE cases.id = done.case_id), '[]')
FROM evaluations AS done LEFT JOIN contents ON contents.id = lower(hex(done.content_id))
LEFT JOIN responses AS answer ON answer.pk = response_pk
WHERE column_pk = ? AND (case_id, repeat) > (?, ?){{only}} ORDER BY case_id, repeat LIMIT {_PAGE}
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One evaluation as it was recorded, with the case and the answer as the file holds them."""

    case_id: str
    root_id: str
    scenario_id: str
    """Empty where a file of the first version did not tell."""
    input: dict[str, Any]
    """Empty when the case was never saved."""
    expected: Any
    prompt: str
    version: str
    body_id: str
    model_name: str
    repeat: int
    outcome: Outcome
    text: str
    """The answer; empty when there is none."""
    checks: tuple[CheckResult, ...]
    passed: bool | None
    score: float | None
    label: str | None
    error: str | None
    hint: str | None
    cached: bool
    latency_ms: float | None
    cost_usd: float | None
    """US dollars that the answer cost when it was made, by this run or an earlier one."""
    usage: Usage
    stored: int | None = None
    """The row of the answer; None when there is none."""
    tags: tuple[str, ...] = ()
    """As the case has them now; none where it is gone."""


class RecordedReader:
    """Reads the evaluations of columns with `rows`, which runs SQL; each check's result is read once."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._grades: dict[int, CheckResult] = {}

    def page(
        self,
        column: Column,
        after: tuple[str, int],
        only: Verdicts = Verdicts.ALL,
        cases: Collection[str] | None = None,
    ) -> list[Recorded]:
        """The next evaluations of a column, after a case id and repeat; none at the end. `cases`: only of these.

        Raises ValueError and TypeError for rows that synterm never wrote.
        """
        which, values = ("", []) if cases is None else (_OF_CASES, [dump(sorted(cases))])
        rows = self._rows(_SQL.format(only=only.value + which), [column[0], *after, *values])
        lists: list[list[int]] = [orjson.loads(row[8]) for row in rows]
        self._read_grades({pk for pks in lists for pk in pks})
        return [_recorded(column, row, self._checks(pks)) for row, pks in zip(rows, lists, strict=True)]

    def pages(
        self, column: Column, only: Verdicts = Verdicts.ALL, cases: Collection[str] | None = None
    ) -> Iterator[list[Recorded]]:
        """The evaluations of a column by case and repeat."""
        after = ("", -1)
        while page := self.page(column, after, only, cases):
            yield page
            after = (page[-1].case_id, page[-1].repeat)

    def _read_grades(self, wanted: set[int]) -> None:
        if len(self._grades) > _MOST_GRADES:
            self._grades.clear()
        if missing := wanted - self._grades.keys():
            sql = "SELECT pk, body FROM grades WHERE pk IN (SELECT value FROM json_each(?))"
            self._grades.update((pk, read_grade(body)) for pk, body in self._rows(sql, [dump(sorted(missing))]))

    def _checks(self, pks: list[int]) -> tuple[CheckResult, ...]:
        try:
            return tuple([self._grades[pk] for pk in pks])
        except KeyError as error:
            raise ValueError(f"no check's result has the number {error}") from error


def _recorded(column: Column, row: tuple[Any, ...], checks: tuple[CheckResult, ...]) -> Recorded:
    case_id, root_id, scenario_id, given, expected, repeat, outcome, text, _, passed, score, label, error, hint = row[
        :14
    ]
    cached, latency_ms, cost_usd, prompt_tokens, completion_tokens, stored, tags = row[14:]
    return Recorded(
        case_id=case_id,
        root_id=root_id,
        scenario_id=scenario_id,
        input=_object(given),
        expected=None if expected is None else orjson.loads(expected),
        prompt=column[1],
        version=column[2],
        body_id=column[3],
        model_name=column[4],
        repeat=repeat,
        outcome=Outcome(outcome),
        text=text or "",
        checks=checks,
        passed=None if passed is None else bool(passed),
        score=score,
        label=label,
        error=error,
        hint=hint,
        cached=bool(cached),
        latency_ms=latency_ms,
        cost_usd=cost_usd,
        usage=Usage(prompt_tokens, completion_tokens),
        stored=stored,
        tags=tuple(map(str, orjson.loads(tags))),
    )


def _object(text: str | None) -> dict[str, Any]:
    found: Any = {} if text is None else orjson.loads(text)
    if not isinstance(found, dict):
        raise ValueError("an input is no object")
    return found  # pyright: ignore[reportUnknownVariableType]
