"""Cases that were made of logged calls, and taking them back: cases and calls change together or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from sqlite_utils import Database

from synterm.core.case import Case
from synterm.core.generation import untouched_row
from synterm.core.traffic import PROMOTION, TRAFFIC
from synterm.storage.base import Store, chunks, dump
from synterm.storage.cases import case_rows
from synterm.storage.clock import now

_CALL, _ACT = (f"json_extract(origin, '$.detail.{name}')" for name in (TRAFFIC, PROMOTION))
_LISTED = "SELECT value FROM json_each(?)"
_ROW = f"pk, id, {_CALL}, origin, content_id, scenario_id, tags, status, split"
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of promoted calls, and of those that were dismissed."""

    calls: list[str]
    """The ids of those that are new again."""
    removed: list[str]
    """The ids of the cases that went: drafts that nobody had touched."""
    kept: list[str]
    """The ids of the cases that stay because somebody decided on them or changed them; so do their calls."""


class PromotionStore(Store):
    """Cases by the call that they were made of."""

    def put(self, cases: Sequence[Case]) -> Future[int]:
        """Add cases whose origins name their calls, which are promoted then; gives how many there are.

        Raises InputError, with nothing added, for a value that JSON can't hold.
        """
        rows = [case_rows(case) for case in cases]
        calls = dump([str(case.origin.detail[TRAFFIC]) for case in cases])

        def work(db: Database) -> int:
            db.conn.executemany(
                "INSERT OR IGNORE INTO contents (id, input, expected) VALUES (?, ?, ?)", [row[0] for row in rows]
            )
            db.conn.executemany(
                "INSERT INTO cases (id, scenario_id, content_id, tags, split, status, origin, root_id, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [row[1] for row in rows],
            )
            _set_state(db, "promoted", calls)
            return len(rows)

        return self._writer.submit(work)

    def newest(self) -> list[str]:
        """The ids of the calls that were promoted together last. Reads all cases."""
        sql = f"SELECT {_CALL} FROM cases WHERE {_ACT} = (SELECT max({_ACT}) FROM cases) ORDER BY 1"
        return [str(call) for (call,) in self._rows(sql)]

    def case_of(self, call_id: str) -> str | None:
        """The id of the case that was made of a call. Reads all cases."""
        row = self._row(f"SELECT id FROM cases WHERE {_CALL} = ? ORDER BY pk DESC LIMIT 1", [call_id])
        return row[0] if row else None

    def take_back(self, call_ids: Iterable[str]) -> Future[TakenBack]:
        """Have promoted and dismissed calls be new again: cases made of them go, where nobody touched them, and no
        other case was made of them."""
        wanted = [*dict.fromkeys(call_ids)]
        return self._writer.submit(lambda db: _take_back(db, wanted))


def _take_back(db: Database, wanted: Sequence[str]) -> TakenBack:
    calls: list[str] = []
    removed: list[str] = []
    kept: list[str] = []
    for part in chunks(wanted, _PAGE):
        stay = _remove(db, part, removed, kept)
        sql = f"SELECT id FROM traffic WHERE id IN ({_LISTED}) AND state <> 'new'"
        again = [name for (name,) in db.conn.execute(sql, [dump(part)]) if name not in stay]
        _set_state(db, "new", dump(again))
        calls += again
    return TakenBack(calls, removed, kept)


def _remove(db: Database, call_ids: Sequence[str], removed: list[str], kept: list[str]) -> set[str]:
    """Remove the cases of some calls; gives those calls whose cases stay."""
    stay: set[str] = set()
    going: list[int] = []
    seeds = {seed for (seed,) in db.conn.execute("SELECT DISTINCT root_id FROM cases WHERE root_id <> id")}
    rows = db.conn.execute(f"SELECT {_ROW} FROM cases WHERE {_CALL} IN ({_LISTED})", [dump(call_ids)]).fetchall()
    for pk, case_id, call, *made in rows:
        if case_id in seeds or not untouched_row(*made):
            kept.append(case_id)
            stay.add(call)
        else:
            removed.append(case_id)
            going.append(pk)
    db.conn.execute(f"DELETE FROM cases WHERE pk IN ({_LISTED})", [dump(going)])
    return stay


def _set_state(db: Database, state: str, call_ids: str) -> None:
    db.conn.execute(f"UPDATE traffic SET state = ?, updated = ? WHERE id IN ({_LISTED})", (state, now(), call_ids))
