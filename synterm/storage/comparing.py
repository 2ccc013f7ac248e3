"""What comparing runs reads: verdicts, without the answers and reasons, which are long; and runs by what they have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import orjson

from synterm.core.evaluation import CheckResult
from synterm.storage.base import Store, chunks, dump, marks
from synterm.storage.recorded import Column, Recorded, RecordedReader

_VERDICTS = """
SELECT case_id, root_id, scenario_id, content_id, coalesce(sum(passed <> 0), 0), count(passed),
    avg(min(max(score, 0.0), 1.0)), min(repeat)
FROM evaluations WHERE column_pk = ?{only} GROUP BY case_id
"""
"""Of a case that was evaluated several times the first repeat says what it was."""
_ONCE = """
SELECT case_id, root_id, scenario_id, content_id, passed IS NOT NULL AND passed <> 0, passed IS NOT NULL,
    min(max(score, 0.0), 1.0), repeat
FROM evaluations WHERE column_pk = ? AND repeat = 0 ORDER BY case_id
"""
"""The same where only the first repeat counts, and faster."""
_SAMPLES = """
SELECT scenario_id, grades, min(case_id) FROM evaluations WHERE column_pk = ? AND passed IS NOT NULL
GROUP BY scenario_id
"""
_STANDING = """
SELECT done.case_id, cases.scenario_id, coalesce(cases.root_id, cases.id), done.scenario_id,
    coalesce(sum(passed <> 0), 0), count(passed), label, outcome, response_pk,
    CASE WHEN label IS NULL THEN (SELECT substr(text, 1, 200) FROM responses WHERE pk = response_pk) END, min(repeat)
FROM evaluations AS done JOIN cases ON cases.id = done.case_id AND cases.content_id = lower(hex(done.content_id))
WHERE column_pk = ? AND done.case_id > ?{only} GROUP BY done.case_id ORDER BY done.case_id LIMIT 2000
"""
"""Of cases that say what they said then: what they are now, and what was found. The first repeat has the answer."""
_THESE = " AND done.case_id IN (SELECT value FROM json_each(?))"
_HOLDING = """
SELECT id FROM runs WHERE status = 'complete' AND id IN (SELECT run_id FROM run_columns WHERE {has})
ORDER BY rowid DESC LIMIT 1
"""
_PAGE = 200


class CaseVerdict(NamedTuple):
    """What a column of a run says of a case, its repeats taken together."""

    case_id: str
    root_id: str
    scenario_id: str
    content_id: bytes
    passed: int
    judged: int
    """Repeats with a verdict: of none it says nothing."""
    score: float | None
    """The mean over its repeats, 0 to 1."""


class StandingVerdict(NamedTuple):
    """What a column of a run says of a case that says today what it said then."""

    case_id: str
    scenario_id: str
    """Where it is now."""
    root_id: str
    scenario_then: str
    """Where it was."""
    passed: int
    judged: int
    """Repeats with a verdict."""
    label: str | None
    outcome: str
    stored: int | None
    """The row of its answer; None when there is none."""
    text: str | None
    """How the answer begins, where it has no label."""


class Comparing(Store):
    """Reads runs for comparisons."""

    def verdicts(self, column: Column, repeats: int | None = None) -> Iterator[CaseVerdict]:
        """What a column says of its cases, by case id; `repeats`: only by so many of each."""
        only = "" if repeats is None else f" AND repeat < {repeats:d}"
        sql = _ONCE if repeats == 1 else _VERDICTS.format(only=only)
        # One text for each scenario, and for most cases one for both ids.
        scenarios: dict[str, str] = {}
        known, make = scenarios.setdefault, CaseVerdict._make
        for case_id, root_id, scenario_id, *verdict, _ in self._rows(sql, [column[0]]):
            yield make((case_id, root_id or case_id, known(scenario_id, scenario_id), *verdict))

    def standing(
        self, column: Column, repeats: int | None = None, case_ids: Collection[str] | None = None
    ) -> Iterator[list[StandingVerdict]]:
        """What a column says of the cases that the project has today, page by page; a case that says something else
        now is left out. `case_ids`: only of these."""
        only, values = "", list[str]()
        if case_ids is not None:
            only, values = _THESE, [dump(sorted(case_ids))]
        sql = _STANDING.format(only=only if repeats is None else f"{only} AND repeat < {repeats:d}")
        after = ""
        while rows := self._rows(sql, [column[0], after, *values]):
            after = rows[-1][0]
            yield [StandingVerdict(*row[:10]) for row in rows]

    def samples(self, column: Column) -> dict[str, list[CheckResult]]:
        """What the checks found in the first case of each scenario that has a verdict, by scenario id."""
        reader = RecordedReader(self._rows)
        found: dict[str, list[CheckResult]] = {}
        for scenario_id, grades, _ in self._rows(_SAMPLES, [column[0]]):
            with self._reading("an evaluation"):
                found[scenario_id] = list(reader.checks(orjson.loads(grades)))
        return found

    def recorded(self, column: Column, case_ids: Iterable[str]) -> Iterator[Recorded]:
        """The evaluations of some cases in full, by case and repeat within each two hundred of them."""
        reader = RecordedReader(self._rows)
        for part in chunks(case_ids, _PAGE):
            with self._reading("an evaluation"):
                found = list(reader.of_cases(column, part))
            yield from found

    def pages(self, column: Column) -> Iterator[list[Recorded]]:
        """The evaluations of a column in full, by case and repeat."""
        pages = RecordedReader(self._rows).pages(column)
        while True:
            with self._reading("an evaluation"):
                page = next(pages, None)
            if page is None:
                return
            yield page

    def with_version(self, version: str, prompt: str | None = None, bodies: Sequence[str] = ()) -> str | None:
        """The id of the newest complete run that has this version of a prompt (None: of any), by what it was called
        then, or by the id of what it says."""
        has = "version = ?" if prompt is None else "version = ? AND prompt = ?"
        values = [version] if prompt is None else [version, prompt]
        return self._holding(f"({has}) OR body_id IN ({marks(len(bodies))})", [*values, *bodies])

    def with_model(self, name: str) -> str | None:
        """The id of the newest complete run that has this model."""
        return self._holding("model_name = ?", [name])

    def known_variants(self) -> list[tuple[str, str, str]]:
        """Prompt, version and model of all columns of complete runs, each once."""
        sql = (
            "SELECT DISTINCT prompt, version, model_name FROM run_columns "
            "WHERE run_id IN (SELECT id FROM runs WHERE status = 'complete')"
        )
        return [(prompt, version, model) for prompt, version, model in self._rows(sql)]

    def _holding(self, has: str, values: Sequence[str]) -> str | None:
        row = self._row(_HOLDING.format(has=has), values)
        return row[0] if row else None
