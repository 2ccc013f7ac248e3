"""Traffic over time, read for drift: each input of a window once, with what became of its calls; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from synterm.core.completion import Outcome
from synterm.core.production import PRODUCTION
from synterm.core.traffic import Placing
from synterm.storage.base import Store, chunks, dump

_ANSWERED = ", ".join(f"'{one.value}'" for one in Outcome if one.answered)
_SPAN = "SELECT min(served), max(served), count(*), min(id), max(id) FROM traffic WHERE {where}"
_EACH = """
SELECT served FROM (SELECT served, row_number() OVER (ORDER BY served) AS number FROM traffic WHERE {where})
WHERE (number - 1) % ? = 0 ORDER BY served
"""
_COLUMNS = """
SELECT pk, run_id, (SELECT min(case_id) FROM evaluations WHERE column_pk = pk),
    (SELECT max(case_id) FROM evaluations WHERE column_pk = pk)
FROM run_columns JOIN runs ON runs.id = run_id WHERE prompt = ? AND status <> 'running' ORDER BY pk
"""
"""Both ends come off the index."""
_INPUTS = f"""
SELECT placing, coalesce(scenario_id, ''), count(*), sum(weight), avg(outcome NOT IN ({_ANSWERED})),
    coalesce((SELECT sum(length(value)) FROM json_each(input)), 0), avg(latency_ms), coalesce(sum(passed <> 0), 0),
    count(passed)
FROM traffic LEFT JOIN (
    SELECT case_id, passed, max(column_pk) FROM evaluations
    WHERE column_pk IN (SELECT value FROM json_each(?)) AND case_id BETWEEN ? AND ? AND passed IS NOT NULL
    GROUP BY case_id
) AS judged ON case_id = traffic.id
WHERE {{where}} GROUP BY placing, scenario_id, input
"""
"""Of a call that several runs judged the last one says what it is."""
_TICKETS = "SELECT min(id), avg(weight) FROM traffic WHERE {where} GROUP BY input"
_TEXTS = """
SELECT id, placing, coalesce(scenario_id, ''), input FROM traffic
WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id
"""
_OF_COLUMNS = "id IN (SELECT case_id FROM evaluations WHERE column_pk IN (SELECT value FROM json_each(?)))"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the traffic: what was answered within a time, or what some columns of runs judged."""

    since: str | None = None
    """Answered at this time or later: ISO 8601, UTC."""
    until: str | None = None
    """Answered before it."""
    columns: Sequence[int] | None = None
    """The rows of the columns whose calls are meant; and only their verdicts count. None: any, and those of all."""

    @property
    def sql(self) -> tuple[str, list[Any]]:
        """A condition for WHERE, and its values."""
        parts: list[tuple[str, Any]] = [
            ("served >= ?", self.since),
            ("served < ?", self.until),
            (_OF_COLUMNS, None if self.columns is None else dump([*self.columns])),
        ]
        said = [(sql, value) for sql, value in parts if value is not None]
        return " AND ".join(sql for sql, _ in said) or "1", [value for _, value in said]


class Span(NamedTuple):
    """How far some traffic reaches."""

    first: str
    """When the earliest call was answered; empty where there is none."""
    last: str
    calls: int
    first_id: str
    last_id: str


class JudgedColumn(NamedTuple):
    """A column of a run that judged logged calls."""

    pk: int
    run_id: str
    first_id: str
    """The earliest call that it judged."""
    last_id: str


class InputRow(NamedTuple):
    """All calls of a slice that ask the very same, taken together."""

    placing: Placing
    scenario_id: str
    calls: int
    stands_for: float
    unanswered: float
    """The share of them that got no answer."""
    length: int
    """Characters of all its values together."""
    latency_ms: float | None
    """The mean."""
    passed: int
    judged: int
    """Calls with a verdict."""


class SampledText(NamedTuple):
    """What a call asks."""

    id: str
    placing: Placing
    scenario_id: str
    input: dict[str, Any]


class DriftStore(Store):
    """Reads traffic slice by slice. A slice is sorted by SQLite, so memory does not grow with it."""

    def span(self, which: Slice) -> Span:
        """How far a slice reaches, and how many calls it has."""
        where, values = which.sql
        row = self._row(_SPAN.format(where=where), values)
        return Span(row[0] or "", row[1] or "", row[2], row[3] or "", row[4] or "") if row else Span("", "", 0, "", "")

    def each(self, number: int, which: Slice) -> list[str]:
        """When each `number`-th call of a slice was answered, from the first on."""
        where, values = which.sql
        return [served for (served,) in self._rows(_EACH.format(where=where), [*values, number])]

    def columns(self) -> list[JudgedColumn]:
        """The columns of all runs that judged logged calls and came to an end, the oldest first."""
        rows = self._rows(_COLUMNS, [PRODUCTION])
        return [JudgedColumn(*row) for row in rows if row[2] is not None]

    def inputs(self, which: Slice, columns: Sequence[JudgedColumn]) -> Iterator[InputRow]:
        """Each different input of a slice; verdicts are taken from `columns`."""
        span = self.span(which)
        pks = [one.pk for one in columns if one.first_id <= span.last_id and one.last_id >= span.first_id]
        if which.columns is not None:
            pks = [*which.columns]
        where, values = which.sql
        sql = _INPUTS.format(where=where)
        for row in self._each(sql, [dump(pks), span.first_id, span.last_id, *values]):
            yield InputRow(*row)

    def tickets(self, which: Slice) -> Iterator[tuple[str, float]]:
        """A call of each different input of a slice, by id, and for how many calls such a one stands."""
        where, values = which.sql
        yield from self._each(_TICKETS.format(where=where), values)

    def texts(self, ids: Sequence[str]) -> Iterator[SampledText]:
        """What some calls ask, by id within each five hundred."""
        for part in chunks(ids, _PAGE):
            rows = self._rows(_TEXTS, [dump(part)])
            with self._reading("a logged call"):
                found = [SampledText(name, placing, place, _values(given)) for name, placing, place, given in rows]
            yield from found


def _values(text: str) -> dict[str, Any]:
    found: Any = orjson.loads(text)
    if not isinstance(found, dict):
        raise ValueError("an input is no object")
    return found  # pyright: ignore[reportUnknownVariableType]
