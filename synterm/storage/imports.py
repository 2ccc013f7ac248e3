"""Imports: the cases that came in together, told by the import that their origin names."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from sqlite_utils import Database

from synterm.core.case import Case
from synterm.core.generation import AS_MADE, fingerprint_of
from synterm.errors import NotFoundError
from synterm.storage.base import Store, chunks, dump
from synterm.storage.cases import case_rows
from synterm.storage.writer import Writer

_DIGITS = {digit: value for value, digit in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")}
_OF = "json_extract(origin, '$.detail.import')"
_AS_MADE = f"content_id, scenario_id, tags, status, split, json_extract(origin, '$.detail.{AS_MADE}')"
_PAGE = 5000
_MADE_AND_EMPTY = (
    "SELECT coalesce(parent_id, '') FROM nodes AS node WHERE id = ? AND id > ? AND id < ? AND description = '' "
    "AND checks = '[]' AND gates = '[]' AND NOT EXISTS (SELECT 1 FROM nodes WHERE parent_id = node.id) "
    "AND NOT EXISTS (SELECT 1 FROM cases WHERE scenario_id = node.id)"
)


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """One import, as far as its cases are there."""

    id: str
    """A ULID: its time is that of the import."""
    created: str
    file: str
    format: str
    kind: str
    """import or production."""
    cases: int
    changed: int
    """How many of the cases were changed since."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the cases of an import."""

    removed: int
    changed: list[str]
    """The ids of those that stay because somebody changed them since."""
    seeds: list[str]
    """The ids of those that stay because other cases were made from them."""
    empty: list[str]
    """The ids of what holds nothing any more: scenarios, and what those stood in that were removed."""
    gone: int = 0
    """How many features, behaviors and scenarios went too: the import had made them, and nobody wrote into them."""


class ImportStore(Store):
    """Cases by their import."""

    def __init__(self, db: Database, writer: Writer) -> None:
        super().__init__(db, writer)
        db.conn.create_function(import_time.__name__, 1, import_time, deterministic=True)
        db.conn.create_function(_changed.__name__, 6, _changed, deterministic=True)

    def put(self, cases: Sequence[Case]) -> Future[int]:
        """Add the cases of an import. Raises InputError, with nothing added, for a value that JSON can't hold."""
        rows = [case_rows(case) for case in cases]

        def work(db: Database) -> int:
            db.conn.executemany(
                "INSERT OR IGNORE INTO contents (id, input, expected) VALUES (?, ?, ?)",
                [content for content, _ in rows],
            )
            db.conn.executemany(
                "INSERT INTO cases (id, scenario_id, content_id, tags, split, status, origin, root_id, updated) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [row for _, row in rows],
            )
            return len(rows)

        return self._writer.submit(work)

    def all(self) -> list[ImportEntry]:
        """The imports that cases are left of, the newest first. Reads all cases."""
        sql = (
            f"SELECT {_OF} AS import, origin, count(*), sum(_changed({_AS_MADE})), min(pk) FROM cases "
            f"WHERE import_time({_OF}) IS NOT NULL GROUP BY import ORDER BY import DESC"
        )
        rows = self._rows(sql)
        with self._reading("a case"):
            return [
                _entry(import_id, orjson.loads(origin), count, changed) for import_id, origin, count, changed, _ in rows
            ]

    def find(self, name: str | None) -> ImportEntry:
        """The import with this id, or whose id ends so (6 characters or more); for None the newest.

        Raises NotFoundError.
        """
        found = self.all()
        if name is None:
            if found:
                return found[0]
            raise NotFoundError("there are no cases of an import here")
        wanted = name.upper()
        fit = [one for one in found if one.id == wanted or (len(wanted) >= 6 and one.id.endswith(wanted))]
        if len(fit) != 1:
            problem = f"several imports have an id that ends in {name}" if fit else f"no case is of an import {name!r}"
            raise NotFoundError(problem, hint="synterm ls PROJECT imports lists them")
        return fit[0]

    def undo(self, import_id: str) -> Future[Undone]:
        """Remove the cases of an import that nobody changed since, and that no others were made from."""
        return self._writer.submit(lambda db: _undo(db, import_id))


def import_time(import_id: object) -> str | None:
    """The time that a ULID names, as the project file holds times; None for what is none."""
    if not (isinstance(import_id, str) and len(import_id) == 26 and all(char in _DIGITS for char in import_id)):
        return None
    milliseconds = 0
    for char in import_id[:10]:
        milliseconds = milliseconds * 32 + _DIGITS[char]
    try:
        time = datetime.fromtimestamp(milliseconds // 1000, UTC).replace(microsecond=milliseconds % 1000 * 1000)
    except (OverflowError, ValueError, OSError):
        return None
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _changed(name: str, scenario_id: str, tags: str, status: str, split: str, made: str | None) -> bool:
    """Whether a case is not as it was imported."""
    return fingerprint_of("import", name, scenario_id, orjson.loads(tags), status, split) != made


def _undo(db: Database, import_id: str) -> Undone:
    sql = f"SELECT pk, id, scenario_id, {_AS_MADE} FROM cases WHERE {_OF} = ?"
    rows = [(*row[:3], _changed(*row[3:])) for row in db.conn.execute(sql, [import_id])]
    changed = [case_id for _, case_id, _, differs in rows if differs]
    roots = {root for (root,) in db.conn.execute("SELECT DISTINCT root_id FROM cases WHERE root_id <> id")}
    seeds = [case_id for _, case_id, _, differs in rows if not differs and case_id in roots]
    going = [(pk, scenario) for pk, case_id, scenario, differs in rows if not differs and case_id not in roots]
    for part in chunks((pk for pk, _ in going), _PAGE):
        db.conn.execute("DELETE FROM cases WHERE pk IN (SELECT value FROM json_each(?))", [dump(part)])
    touched = sorted({scenario for _, scenario in going})
    sql = "SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM cases WHERE scenario_id = value)"
    empty = [scenario for (scenario,) in db.conn.execute(sql, [dump(touched)])]
    gone, left = _remove_made(db, import_id, empty)
    return Undone(len(going), changed, seeds, left, gone)


def _remove_made(db: Database, import_id: str, empty: Sequence[str]) -> tuple[int, list[str]]:
    """Remove what an import made of the tree and left empty, from the scenarios up; gives how many, and the ids of what
    is empty and stays.

    Ids sort by time: what is older than the import was there before it, and what is younger than the scenario below it
    came later. Where somebody wrote a description, checks or gates since, it stays.
    """
    gone, left = 0, list[str]()
    for scenario in empty:
        node, before = scenario, "~"
        while row := db.conn.execute(_MADE_AND_EMPTY, [node, import_id, before]).fetchone():
            db.conn.execute("DELETE FROM nodes WHERE id = ?", [node])
            gone += 1
            node, before = row[0], node
        if node and not db.conn.execute("SELECT 1 FROM nodes WHERE parent_id = ?", [node]).fetchone():
            left.append(node)
    return gone, left


def _entry(import_id: str, origin: dict[str, Any], count: int, changed: int) -> ImportEntry:
    detail = cast("dict[str, Any]", origin["detail"])
    return ImportEntry(
        id=import_id,
        created=import_time(import_id) or "",
        file=str(detail.get("file", "")),
        format=str(detail.get("format", "")),
        kind=str(origin.get("kind", "")),
        cases=count,
        changed=changed,
    )
