"""How much of what a project asks today its recorded runs know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from synterm.storage.base import Store, dump

_COVERED = """
SELECT split, count(*), count(held.case_id), coalesce(sum(held.same), 0) FROM cases
LEFT JOIN (
    SELECT case_id, max(lower(hex(evaluations.content_id)) = now.content_id) AS same
    FROM evaluations JOIN cases AS now ON now.id = case_id
    WHERE column_pk IN (SELECT pk FROM run_columns WHERE run_id = ?) GROUP BY case_id
) AS held ON held.case_id = cases.id
WHERE status = 'accepted'{only} GROUP BY split
"""
_ONLY = " AND scenario_id IN (SELECT value FROM json_each(?))"
_WITHOUT = " AND scenario_id NOT IN (SELECT value FROM json_each(?))"
_CONTENTS = """
SELECT DISTINCT lower(hex(content_id)) FROM evaluations
WHERE column_pk IN (SELECT pk FROM run_columns WHERE run_id = ?){only}
"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """The accepted cases of one split."""

    present: int
    """Cases that the project has."""
    held: int
    """Those that a run evaluated."""
    same: int
    """Those of them that say what they said then."""


class CoverageStore(Store):
    """Cases that runs evaluated."""

    def of_run(
        self, run_id: str, *, only: Sequence[str] | None = None, without: Sequence[str] = ()
    ) -> dict[str, Coverage]:
        """How many of the project's accepted cases a run has, by split.

        `only`: of these scenarios, by id; `without`: of all but these.
        """
        chosen, values = _chosen(only, without)
        rows = self._rows(_COVERED.format(only=chosen), [run_id, *values])
        return {split: Coverage(present, held, same) for split, present, held, same in rows}

    def contents(self, run_id: str, *, only: Sequence[str] | None = None, without: Sequence[str] = ()) -> set[str]:
        """The content ids of the cases that a run evaluated, in these scenarios as in `of_run`."""
        chosen, values = _chosen(only, without)
        return {content_id for (content_id,) in self._rows(_CONTENTS.format(only=chosen), [run_id, *values])}


def _chosen(only: Sequence[str] | None, without: Sequence[str]) -> tuple[str, list[str]]:
    sql, values = "", list[str]()
    if only is not None:
        sql, values = _ONLY, [dump(list(only))]
    if without:
        sql, values = sql + _WITHOUT, [*values, dump(list(without))]
    return sql, values
