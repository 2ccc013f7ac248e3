"""Traffic as the inbox shows it: counted by place without reading a call, and read by row number, page by page."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import NamedTuple

from sqlite_utils import Database

from synterm.core.traffic import LoggedCall, Placing, TrafficState
from synterm.storage.base import Store, chunks, dump
from synterm.storage.connect import DatabaseError, in_a_hurry, project_error
from synterm.storage.traffic import COLUMNS, EVERY_CALL, TrafficFilter, call_of, says
from synterm.storage.writer import Writer

BINS = 100
"""Confidences are counted in so many steps from 0 to 1."""
_COUNT = (
    f"SELECT placing, coalesce(scenario_id, ''), state, min(cast(confidence * {BINS} AS INTEGER), {BINS - 1}), "
    "count(*), sum(weight), sum(weight * weight) FROM traffic WHERE {} GROUP BY 1, 2, 3, 4"
)
_PAGE = 500


class Counted(NamedTuple):
    """Calls of one place and state, that were placed with about the same confidence."""

    placing: Placing
    scenario_id: str
    state: TrafficState
    step: int | None
    """The confidence, in steps: 93 for 0.93 to less than 0.94; None where there is none."""
    calls: int
    weight: float
    """How many calls they stand for."""
    squares: float
    """The sum of the squares of their weights."""


class InboxStore(Store):
    """Reads only; an index holds all that is counted, so that a million calls take a second."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        db.conn.create_function(says.__name__, 3, says, deterministic=True)

    def counted(self, which: TrafficFilter = EVERY_CALL) -> list[Counted]:
        """How many calls there are of each place, state and confidence."""
        where, values = which.sql
        return [Counted(*row) for row in self._rows(_COUNT.format(where), values)]

    def span(self, which: TrafficFilter = EVERY_CALL) -> tuple[str, str]:
        """When the first and the last of the calls were answered; empty where there is none."""
        where, values = which.sql
        # One at a time, each is the end of an index.
        ends = [self._row(f"SELECT {end}(served) FROM traffic WHERE {where}", values) for end in ("min", "max")]
        first, last = (row[0] if row and row[0] else "" for row in ends)
        return first, last

    def models(self) -> list[str]:
        """The names of the models that answered, those of the most calls first. Reads all calls."""
        return [name for (name,) in self._rows("SELECT model FROM traffic GROUP BY 1 ORDER BY count(*) DESC, 1")]

    def keys(
        self, which: TrafficFilter = EVERY_CALL, limit: int = 0, before: tuple[str, int] | None = None
    ) -> array[int]:
        """The row numbers of the calls, the newest first; at most `limit`, 0: all. `before`: those after this place."""
        where, values = which.sql
        if before is not None:
            where += " AND served <= ? AND (served < ? OR pk < ?)"
            values = [*values, before[0], *before]
        sql = f"SELECT pk FROM traffic WHERE {where} ORDER BY served DESC, pk DESC LIMIT ?"
        return array("q", (pk for (pk,) in self._each(sql, [*values, limit or -1])))

    def ids(self, which: TrafficFilter) -> list[str]:
        """The ids of the calls, the newest first."""
        where, values = which.sql
        return [name for (name,) in self._rows(f"SELECT id FROM traffic WHERE {where} ORDER BY id DESC", values)]

    def done(self, which: TrafficFilter) -> dict[str, TrafficState]:
        """What became of those of the calls that something was done with, by id."""
        where, values = which.sql
        return dict(self._rows(f"SELECT id, state FROM traffic WHERE {where} AND state <> 'new'", values))

    def ids_of(self, keys: Sequence[int]) -> dict[int, str]:
        """The ids of the calls of these row numbers, by number; of those that are there."""
        sql = "SELECT pk, id FROM traffic WHERE pk IN (SELECT value FROM json_each(?))"
        return dict(self._rows(sql, [dump(list(keys))]))

    def place_of(self, call_id: str) -> tuple[str, int] | None:
        """Where a call stands in the order of `keys`."""
        row = self._row("SELECT served, pk FROM traffic WHERE id = ?", [call_id])
        return (row[0], row[1]) if row else None

    def drafts(self) -> int:
        """How many cases that were made of traffic wait for review. Reads all cases."""
        sql = "SELECT count(*) FROM cases WHERE status = 'draft' AND json_extract(origin, '$.detail.traffic') NOT NULL"
        row = self._row(sql)
        return row[0] if row else 0

    def page(self, keys: Sequence[int]) -> list[LoggedCall]:
        """The calls of these row numbers, in their order; one that is gone is left out."""
        found: dict[int, LoggedCall] = {}
        for part in chunks(keys, _PAGE):
            sql = f"SELECT pk, {COLUMNS} FROM traffic WHERE pk IN (SELECT value FROM json_each(?))"
            rows = self._rows(sql, [dump(part)])
            with self._reading("a logged call"):
                found.update((row[0], call_of(row[1:])) for row in rows)
        return [found[key] for key in keys if key in found]

    def glimpse(self, keys: Sequence[int]) -> list[LoggedCall]:
        """The same for a page that is being drawn: hardly waits where another program keeps the file locked."""
        try:
            with in_a_hurry(self._db):
                return self.page(keys)
        except DatabaseError as error:
            raise project_error(error, self._writer.path) from error
