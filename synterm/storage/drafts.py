"""Cases that wait for review, those that were rejected, and what people decide about them."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Literal, get_args

import orjson
from sqlite_utils import Database

from synterm.core.case import Case, Status
from synterm.core.decision import STATUS, Decision
from synterm.core.generation import GENERATION
from synterm.storage.base import Store, chunks, dump
from synterm.storage.case_filter import CaseFilter, Condition
from synterm.storage.cases import CaseStore
from synterm.storage.clock import now
from synterm.storage.writer import Writer

DraftOrder = Literal["doubt", "added", "seed", "random"]
ORDERS: tuple[DraftOrder, ...] = get_args(DraftOrder)

Before = list[bytes]
"""What decided cases were, compressed: what `bring_back` takes."""

_PIECE = 2000
_LABELS, _APP = ("$.detail.label_check", "$.detail.relation")
_SAID = tuple(f"json_extract(origin, '{path}.score')" for path in (_LABELS, _APP))
_DOUBT = (
    f"CASE WHEN {_SAID[0]} < 1 OR {_SAID[1]} < 1 THEN 1 WHEN {_SAID[0]} >= 1 OR {_SAID[1]} >= 1 THEN 3 "
    f"WHEN json_type(origin, '{_LABELS}') = 'object' OR json_type(origin, '{_APP}') = 'object' "
    "OR json_extract(origin, '$.detail.keeps') IN ('changed', 'unknown') THEN 0 ELSE 2 END"
)
"""0: nobody could tell whether what is expected holds; 1: not all agree that it does; 2: not asked; 3: all agree."""
_BY: dict[DraftOrder, str] = {
    "doubt": f"{_DOUBT}, pk",
    "added": "pk",
    "seed": "coalesce(json_extract(origin, '$.seed_id'), id), pk",
    # The end of an id is random.
    "random": "substr(id, -8), pk",
}
_CAUSE = (
    "CASE WHEN json_extract(origin, '$.detail.review[#-1].verdict') = 'rejected' "
    "THEN coalesce(nullif(json_extract(origin, '$.detail.review[#-1].reason'), ''), 'rejected in review') "
    "ELSE coalesce(json_extract(origin, '$.detail.dropped.filter'), 'no reason is kept') END"
)
"""As `cause_of` has it."""
_APPENDED = (
    "json_set(origin, '$.detail.review', json_insert(CASE WHEN json_type(origin, '$.detail.review') = 'array' "
    "THEN json_extract(origin, '$.detail.review') ELSE json('[]') END, '$[#]', json(?)))"
)
_THESE = "pk IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class DraftFilter:
    """Which drafts, or which of the rejected."""

    cases: CaseFilter
    """With the status that is looked for."""
    generation: str | None = None
    """Only what this generation made."""
    cause: str | None = None
    """Only what was rejected for this reason, or by this filter."""


class DraftStore(Store):
    """Reads by row number, in the order of review."""

    def __init__(self, db: Database, writer: Writer, cases: CaseStore) -> None:
        super().__init__(db, writer)
        self._cases = cases

    def keys(self, chosen: DraftFilter, order: DraftOrder = "added") -> array[int]:
        """The row numbers of the cases that fit."""
        where, values = self._where(chosen)
        return array("q", (pk for (pk,) in self._each(f"SELECT pk FROM cases{where} ORDER BY {_BY[order]}", values)))

    def causes(self, chosen: DraftFilter) -> list[tuple[str, int]]:
        """Why cases were rejected, and how many for each reason; the most frequent first."""
        where, values = self._where(chosen)
        rows = self._rows(f"SELECT {_CAUSE} AS cause, count(*) FROM cases{where} GROUP BY 1 ORDER BY 2 DESC, 1", values)
        return [(str(cause), count) for cause, count in rows]

    def by_scenario(self, keys: Sequence[int]) -> dict[str, int]:
        """How many of these cases each scenario holds, the most first."""
        sql = f"SELECT scenario_id, count(*) FROM cases WHERE {_THESE} GROUP BY 1 ORDER BY 2 DESC"
        return dict(self._rows(sql, [dump(list(keys))]))

    def in_doubt(self, keys: Sequence[int]) -> int:
        """Of how many of these cases nobody could tell whether what is expected holds."""
        row = self._row(f"SELECT count(*) FROM cases WHERE {_THESE} AND {_DOUBT} = 0", [dump(list(keys))])
        return row[0] if row else 0

    def statuses(self) -> dict[tuple[str, Status], int]:
        """How many cases each scenario has of each status."""
        rows = self._rows("SELECT scenario_id, status, count(*) FROM cases GROUP BY 1, 2")
        return {(scenario, status): count for scenario, status, count in rows}

    def keyed(self, case_ids: Sequence[str]) -> dict[str, int]:
        """The row numbers of cases, by id."""
        sql = "SELECT id, pk FROM cases WHERE id IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, [dump(list(case_ids))]))

    def paged(self, keys: Sequence[int]) -> dict[int, Case]:
        """The cases of these row numbers; of those that are there."""
        found = {case.id: case for case in self._cases.page(keys)}
        numbers = self.keyed(list(found))
        return {numbers[case_id]: case for case_id, case in found.items() if case_id in numbers}

    def decide(self, keys: Sequence[int], decision: Decision) -> Future[Before]:
        """Have a decision hold for cases: their status, and in their origin who decided what, when and why.

        Gives what `bring_back` takes. Cases that are gone are left out.
        """
        entry, status = dump(decision.kept()), STATUS[decision.verdict]

        def work(db: Database) -> Before:
            before = _taken(db, keys)
            db.conn.execute(
                f"UPDATE cases SET status = ?, origin = {_APPENDED}, updated = ? WHERE {_THESE}",
                [status, entry, now(), dump(list(keys))],
            )
            return before

        return self._writer.submit(work)

    def bring_back(self, before: Before) -> Future[int]:
        """Have decided cases be exactly as they were before a decision; gives how many there were."""

        def work(db: Database) -> int:
            count = 0
            for piece in before:
                rows = orjson.loads(zlib.decompress(piece))
                # Its time too: nothing is to tell of a decision that was taken back.
                sql = "UPDATE cases SET status = ?, origin = ?, updated = ? WHERE id = ?"
                count += db.conn.executemany(sql, rows).rowcount
            return count

        return self._writer.submit(work)

    def _where(self, chosen: DraftFilter) -> Condition:
        where, values = self._cases.condition(chosen.cases)
        parts = [where.removeprefix(" WHERE ")] if where else []
        if chosen.generation is not None:
            parts.append(f"json_extract(origin, '$.detail.{GENERATION}') = ?")
            values = [*values, chosen.generation]
        if chosen.cause is not None:
            parts.append(f"{_CAUSE} = ?")
            values = [*values, chosen.cause]
        return (f" WHERE {' AND '.join(parts)}" if parts else ""), values


def _taken(db: Database, keys: Sequence[int]) -> Before:
    sql = f"SELECT status, origin, updated, id FROM cases WHERE {_THESE} ORDER BY pk"
    rows = db.conn.execute(sql, [dump(list(keys))])
    return [zlib.compress(orjson.dumps(part), 1) for part in chunks(rows, _PIECE)]
