"""Which cases keep failing: the verdicts of the last runs by case."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from synterm.storage.base import Store, chunks
from synterm.storage.recorded import Column, Recorded, RecordedReader

_STANDINGS = """
SELECT case_id, coalesce(root_id, case_id), scenario_id, lower(hex(content_id)), count(*), count(passed),
    coalesce(sum(passed = 0), 0)
FROM evaluations WHERE column_pk = ? GROUP BY case_id
"""
_BEFORE = """
SELECT pk, run_id FROM run_columns
WHERE prompt = ?1 AND model_name = ?2 AND run_id IN (
    SELECT DISTINCT run_id FROM run_columns JOIN runs ON runs.id = run_id
    WHERE prompt = ?1 AND model_name = ?2 AND run_id < ?3 AND status <> 'running' ORDER BY run_id DESC LIMIT ?4
) ORDER BY run_id DESC
"""
_ANSWERS = """
SELECT label, count(*), coalesce(sum(passed = 0), 0) FROM evaluations
WHERE column_pk = ? AND label IS NOT NULL AND passed IS NOT NULL GROUP BY label
"""
_PAGE = 200


class Standing(NamedTuple):
    """What a column of a run says of a case, its repeats taken together."""

    case_id: str
    root_id: str
    scenario_id: str
    content_id: str
    """In hex."""
    made: int
    judged: int
    failed: int

    @property
    def fails(self) -> bool:
        """Whether it failed in more than half of its repeats that have a verdict."""
        return 2 * self.failed > self.judged

    @property
    def is_error(self) -> bool:
        """Whether no repeat has a verdict."""
        return not self.judged


class StubbornStore(Store):
    """Reads the verdicts of runs by case."""

    def before(self, column: Column, run_id: str, most: int) -> list[tuple[int, str]]:
        """The columns of the same prompt (in any version) and model in the runs before: row and run, the newest first.

        Those of at most so many runs; of a run that has several of them, each.
        """
        return [(pk, run) for pk, run in self._rows(_BEFORE, [column[1], column[4], run_id, most])]

    def standings(self, column_pk: int) -> Iterator[Standing]:
        """What a column says of each of its cases, by case id."""
        for row in self._each(_STANDINGS, [column_pk]):
            yield Standing(*row)

    def answers(self, column_pk: int) -> dict[str, tuple[int, int]]:
        """The labels that were read from a column's answers: how often each, and how many of these failed."""
        return {label: (made, failed) for label, made, failed in self._rows(_ANSWERS, [column_pk])}

    def evaluations(self, column: Column, case_ids: Collection[str]) -> Iterator[Recorded]:
        """The evaluations of some cases in a column, by case and repeat."""
        reader = RecordedReader(self._rows)
        for part in chunks(sorted(case_ids), _PAGE):
            with self._reading("an evaluation"):
                found: Sequence[Recorded] = [*reader.of_cases(column, part)]
            yield from found
