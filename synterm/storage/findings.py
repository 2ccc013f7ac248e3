"""Findings in the project file: what looking into failures brought to light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import Any

import orjson
from sqlite_utils import Database

from synterm.core.finding import Finding, FindingKind
from synterm.storage.base import Store, dump, marks, require_json
from synterm.storage.clock import now

_COLUMNS = "kind, subject, body, who, run_id, updated"


class FindingStore(Store):
    """Findings by kind and subject."""

    def put(self, *findings: Finding) -> Future[None]:
        """Keep findings; one of the same kind about the same subject is replaced.

        Raises InputError for what JSON can't hold.
        """
        for one in findings:
            require_json(one.body, one.kind)
        rows = [(one.id, one.kind, dump(one.subject), dump(one.body), one.who, one.run_id, now()) for one in findings]

        def work(db: Database) -> None:
            db.conn.executemany(f"INSERT OR REPLACE INTO findings (id, {_COLUMNS}) VALUES ({marks(7)})", rows)

        return self._writer.submit(work)

    def all(self, kind: FindingKind) -> list[Finding]:
        """The findings of a kind, the oldest first."""
        return self._found("WHERE kind = ? ORDER BY updated, id", [kind])

    def about(self, kind: FindingKind, subjects: Iterable[Sequence[str]]) -> dict[tuple[str, ...], Finding]:
        """Those of a kind that are about these subjects, by subject."""
        ids = [Finding(kind, tuple(subject), {}).id for subject in subjects]
        found = self._found("WHERE id IN (SELECT value FROM json_each(?))", [dump(ids)])
        return {one.subject: one for one in found}

    def remove(self, *findings: Finding) -> Future[int]:
        """Take findings away; gives how many there were."""
        ids = dump([one.id for one in findings])
        sql = "DELETE FROM findings WHERE id IN (SELECT value FROM json_each(?))"
        return self._writer.submit(lambda db: db.conn.execute(sql, (ids,)).rowcount)

    def _found(self, where: str, values: list[Any]) -> list[Finding]:
        rows = self._rows(f"SELECT {_COLUMNS} FROM findings {where}", values)
        with self._reading("a finding"):
            return [
                Finding(kind, _names(orjson.loads(subject)), orjson.loads(body), who, run_id, updated)
                for kind, subject, body, who, run_id, updated in rows
            ]


def _names(subject: Any) -> tuple[str, ...]:
    if not isinstance(subject, list) or not all(isinstance(one, str) for one in subject):  # pyright: ignore[reportUnknownVariableType]
        raise ValueError("a subject is a list of ids")
    return tuple(subject)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
