"""Generations in the project file: what was asked for, what became of it, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import orjson
from sqlite_utils import Database

from synterm.core.case import Case
from synterm.core.generation import Funnel, Generation, GenerationStatus, untouched_row
from synterm.core.ids import new_id
from synterm.errors import NotFoundError, UsageError, near
from synterm.storage.base import Store, chunks, dump, marks
from synterm.storage.case_list import CaseList
from synterm.storage.cases import CaseStore
from synterm.storage.clock import now
from synterm.storage.writer import Writer

_COLUMNS = "id, started, ended, status, who, plan, config, funnel"
_MADE = "origin ->> '$.detail.generation' = ?"
_AS_MADE = "origin, content_id, scenario_id, tags, status, split"
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking a generation back came to."""

    removed: int
    changed: int
    """Cases that stay, since somebody changed or decided on them."""


class GenerationStore(Store):
    """Generations by id, the oldest first."""

    def __init__(self, db: Database, writer: Writer, cases: CaseStore) -> None:
        super().__init__(db, writer)
        self._cases = cases

    def all(self) -> list[Generation]:
        """All generations, the oldest first."""
        return self._read("ORDER BY id")

    def find(self, name: str) -> Generation:
        """The generation of this id, or whose id ends so; ``last`` for the last one that is not undone.

        Raises NotFoundError, and UsageError where several end so.
        """
        known = self.all()
        if name == "last":
            found = [one for one in known if one.status != "undone"][-1:]
        else:
            found = [one for one in known if one.id.endswith(name.upper())]
        if len(found) > 1:
            raise UsageError(f"{len(found)} generations end in {name!r}", hint="give more of the id")
        if not found and name == "last":
            gone = ", or all of it was taken back" if known else ""
            raise NotFoundError(f"nothing was generated here{gone}", hint="synterm generate PROJECT makes cases")
        if not found:
            hint = near(name, ("last",)) or "synterm ls PROJECT generations lists them"
            raise NotFoundError(f"no generation {name!r}", hint=hint)
        return found[0]

    def last_like(self, plan: str) -> Generation | None:
        """The last generation of the same plan, of those that were not taken back if there are any."""
        return next(iter(self._read("WHERE plan = ? ORDER BY status = 'undone', rowid DESC LIMIT 1", plan)), None)

    def start(self, plan: str, config: dict[str, Any], *, who: str) -> Future[str]:
        """Record that a generation begins; gives its id."""
        name, time = new_id(), now()
        row = (name, time, None, "running", who, plan, dump(config), dump(Funnel().model_dump()), time)

        def work(db: Database) -> str:
            db.conn.execute(f"INSERT INTO generations ({_COLUMNS}, updated) VALUES ({marks(9)})", row)
            return name

        return self._writer.submit(work)

    def go_on(self, generation_id: str, config: dict[str, Any]) -> Future[Any]:
        """Record that one that was cut short goes on."""
        row = ("running", dump(config), now(), generation_id)
        sql = "UPDATE generations SET status = ?, config = ?, ended = NULL, updated = ? WHERE id = ?"
        return self._writer.submit(lambda db: db.conn.execute(sql, row).rowcount)

    def note(self, generation_id: str, status: GenerationStatus, funnel: Funnel) -> Future[Any]:
        """Record how far it is, or how it ended."""
        time = now()
        ended = None if status == "running" else time
        row = (status, ended, dump(funnel.model_dump()), time, generation_id)
        sql = "UPDATE generations SET status = ?, ended = ?, funnel = ?, updated = ? WHERE id = ?"
        return self._writer.submit(lambda db: db.conn.execute(sql, row).rowcount)

    def cases(self, generation_id: str) -> Iterable[Case]:
        """The cases that it made and that are still there, kept and dropped ones."""
        keys = [pk for (pk,) in self._rows(f"SELECT pk FROM cases WHERE {_MADE} ORDER BY pk", [generation_id])]
        for part in chunks(keys, _PAGE):
            yield from self._cases.page(part)

    def known(self, generation_id: str = "") -> CaseList:
        """The cases that a new one may be too near to: all that people have, or rejected themselves; not what filters
        dropped, and nothing of the generation itself, which may be one that goes on."""
        sql = (
            "SELECT pk, scenario_id FROM cases WHERE (status <> 'rejected' OR origin ->> '$.detail.dropped' IS NULL) "
            "AND origin ->> '$.detail.generation' IS NOT ? ORDER BY pk"
        )
        return CaseList(self._each(sql, [generation_id]), self._cases.page)

    def undo(self, generation_id: str) -> Future[Undone]:
        """Remove the cases of a generation that nobody changed. The future raises NotFoundError where it is not there.

        Its answers stay: the same command again costs nothing.
        """

        def work(db: Database) -> Undone:
            sql = "UPDATE generations SET status = 'undone', ended = coalesce(ended, ?1), updated = ?1 WHERE id = ?2"
            if not db.conn.execute(sql, (now(), generation_id)).rowcount:
                raise NotFoundError(f"no generation {generation_id}", hint="synterm ls PROJECT generations lists them")
            # Read where it is written: whoever changed a case a moment ago, here or in another window, keeps it.
            rows = db.conn.execute(f"SELECT pk, {_AS_MADE} FROM cases WHERE {_MADE}", [generation_id])
            going = [pk for pk, *row in rows if untouched_row(*row)]
            for part in chunks(going, _PAGE):
                db.conn.execute("DELETE FROM cases WHERE pk IN (SELECT value FROM json_each(?))", [dump(part)])
            row = db.conn.execute(f"SELECT count(*) FROM cases WHERE {_MADE}", [generation_id]).fetchone()
            return Undone(len(going), row[0])

        return self._writer.submit(work)

    def _read(self, rest: str, *values: Any) -> list[Generation]:
        rows = self._rows(f"SELECT {_COLUMNS} FROM generations {rest}", values)
        with self._reading("a generation"):
            return [_generation(row) for row in rows]


def _generation(row: tuple[Any, ...]) -> Generation:
    name, started, ended, status, who, plan, config, funnel = row
    return Generation(
        id=name,
        started=started,
        ended=ended,
        status=status,
        who=who,
        plan=plan,
        config=orjson.loads(config),
        funnel=Funnel.model_validate(orjson.loads(funnel)),
    )
