"""How each scenario fared in the last runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from synterm.storage.base import Store, marks

_COLUMNS = """
SELECT runs.id, run_columns.pk, prompt, version, model_name,
    CASE WHEN json_valid(config) THEN config END ->> '$.variants[#-1].body' IS body_id
        AND CASE WHEN json_valid(config) THEN config END ->> '$.variants[#-1].model' IS model_name
FROM runs JOIN run_columns ON run_columns.run_id = runs.id
WHERE runs.id IN ({runs}) AND ? IN (prompt, '') AND ? IN (model_name, '')
ORDER BY runs.rowid, 6, run_columns.pk
"""
"""The columns of some runs; the one that a run's configuration names last comes last."""

_LAST = """
SELECT id FROM runs WHERE status = 'complete' AND CASE WHEN json_valid(config) THEN config END -> '$.production' IS NULL
AND id IN (
    SELECT run_id FROM run_columns WHERE ? IN (prompt, '') AND ? IN (model_name, '')
) ORDER BY rowid DESC LIMIT ?
"""

_SUMS = """
SELECT column_pk, scenario_id, sum(passed), count(passed) FROM evaluations
WHERE column_pk IN ({marks}) AND (repeat < 2 OR column_pk NOT IN (
    SELECT pk FROM run_columns JOIN runs ON runs.id = run_id
    WHERE CASE WHEN json_valid(config) THEN config END ->> 'stop_early'
)) GROUP BY column_pk, scenario_id
"""
"""Of runs that stopped early only the repeats that every case got count."""


@dataclass(frozen=True, slots=True)
class Trend:
    """One scenario in one run."""

    run_id: str
    passed: int
    judged: int
    """Evaluations with a verdict: at least 1."""

    @property
    def rate(self) -> float:
        """Share of passes, 0 to 1."""
        return self.passed / self.judged


class TrendStore(Store):
    """Pass rates of scenarios over runs. All evaluations of those runs are read: do it in a thread (`Project.look`)."""

    def recent(self, limit: int = 8, *, prompt: str = "", model: str = "") -> dict[str, list[Trend]]:
        """The last `limit` complete runs over cases, by scenario id, the oldest first, under each one's newest variant.

        With `prompt` and `model` (names): the runs that have such a variant, and their newest of those. A scenario
        that a run gave no verdict on has no entry for that run.
        """
        return self._trends(_COLUMNS.format(runs=_LAST), [prompt, model, limit, prompt, model])

    def of(self, run_ids: Sequence[str]) -> dict[str, list[Trend]]:
        """These runs by scenario id, the oldest first, under the newest variant of each, whether they are complete or
        not."""
        return self._trends(_COLUMNS.format(runs=marks(len(run_ids))), [*run_ids, "", ""])

    def newest(self, run_ids: Sequence[str]) -> dict[str, tuple[str, str, str]]:
        """Prompt, version and model of the newest variant of each of these runs."""
        rows = self._rows(_COLUMNS.format(runs=marks(len(run_ids))), [*run_ids, "", ""])
        return {run_id: (prompt, version, model) for run_id, _, prompt, version, model, _ in rows}

    def _trends(self, sql: str, values: list[Any]) -> dict[str, list[Trend]]:
        # Of each run the last row stays.
        columns: dict[str, int] = {run_id: pk for run_id, pk, *_ in self._rows(sql, values)}
        sums = self._sums(columns.values())
        found: dict[str, list[Trend]] = {}
        for run_id, pk in columns.items():
            for scenario_id, passed, judged in sums.get(pk, ()):
                if judged:
                    found.setdefault(scenario_id, []).append(Trend(run_id, passed, judged))
        return found

    def _sums(self, columns: Iterable[int]) -> dict[int, list[tuple[Any, ...]]]:
        pks = list(columns)
        sums: dict[int, list[tuple[Any, ...]]] = {}
        for pk, *row in self._rows(_SUMS.format(marks=marks(len(pks))), pks):
            sums.setdefault(pk, []).append(tuple(row))
        return sums
