"""Changing many cases at once, and what brings them back.

All of it is work for the writer, which does each in one transaction. What was there before is kept small: a value
and the row numbers that had it, 8 bytes each.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import orjson
from sqlite_utils import Database

from synterm.storage.base import chunks, dump, marks
from synterm.storage.clock import now

Column = Literal["status", "split", "scenario_id", "tags"]
Groups = Mapping[str, "array[int]"]
"""Row numbers of cases by the value that they have, or are to have; tags as a JSON list."""

Removed = Sequence[bytes]
"""Removed cases, packed; in pieces, so that no other thread waits long while one is read."""

_PIECE = 2000
_THESE = "pk IN (SELECT value FROM json_each(?))"
_WHOLE = "pk, id, scenario_id, content_id, tags, split, status, origin, root_id"


class Families(NamedTuple):
    """What moves to another split when some cases do."""

    keys: array[int]
    """All that move: those cases, and what was made from them."""
    staying: int
    """How many of those cases stay: what they were made from is not among them, and a split is fixed by it."""


def read_families(db: Database, keys: Sequence[int]) -> Families:
    """The families of cases, by row number."""
    rows = db.conn.execute(
        "SELECT cases.pk, cases.root_id, root.pk FROM cases LEFT JOIN cases AS root ON root.id = cases.root_id "
        "WHERE cases.pk IN (SELECT value FROM json_each(?))",
        [_keys(keys)],
    ).fetchall()
    chosen = {pk for pk, _, _ in rows}
    roots = {root for _, root, root_pk in rows if root_pk is None or root_pk in chosen}
    moving = db.conn.execute(
        "SELECT pk FROM cases WHERE root_id IN (SELECT value FROM json_each(?)) ORDER BY pk", [dump(sorted(roots))]
    )
    return Families(array("q", (pk for (pk,) in moving)), sum(root not in roots for _, root, _ in rows))


def assign(db: Database, column: Column, groups: Groups) -> Groups:
    """Give cases other values of a column; gives the groups that bring back those they had."""
    before = _groups(db, column, [key for keys in groups.values() for key in keys])
    for value, keys in groups.items():
        db.conn.execute(f"UPDATE cases SET {column} = ?, updated = ? WHERE {_THESE}", [value, now(), _keys(keys)])
    return before


def retag(db: Database, keys: Sequence[int], add: Sequence[str], drop: Sequence[str]) -> Groups:
    """Add tags to cases, and take others away; gives the groups that bring back those they had."""
    wanted: dict[str, array[int]] = {}
    for text, having in _groups(db, "tags", keys).items():
        kept = [tag for tag in orjson.loads(text) if tag not in drop]
        changed = dump([*kept, *(tag for tag in dict.fromkeys(add) if tag not in kept)])
        if changed != text:
            wanted.setdefault(changed, array("q")).extend(having)
    return assign(db, "tags", wanted)


def take_out(db: Database, keys: Sequence[int]) -> Removed:
    """Remove cases; gives what `put_back` takes."""
    rows = db.conn.execute(f"SELECT {_WHOLE} FROM cases WHERE {_THESE} ORDER BY pk", [_keys(keys)])
    removed = [zlib.compress(orjson.dumps(part), 1) for part in chunks(rows, _PIECE)]
    db.conn.execute(f"DELETE FROM cases WHERE {_THESE}", [_keys(keys)])
    return removed


def put_back(db: Database, removed: Removed) -> dict[int, int]:
    """Put removed cases back under the row numbers that they had. Their contents never left.

    Gives a new number for each that another case has by now.
    """
    moved: dict[int, int] = {}
    for piece in removed:
        rows = orjson.loads(zlib.decompress(piece))
        taken = db.conn.execute(f"SELECT pk FROM cases WHERE {_THESE} ORDER BY pk", [_keys([row[0] for row in rows])])
        for (pk,) in taken.fetchall():
            moved[pk] = _free(db, removed) + len(moved)
        db.conn.executemany(
            f"INSERT INTO cases ({_WHOLE}, updated) VALUES ({marks(10)})",
            [[moved.get(row[0], row[0]), *row[1:], now()] for row in rows],
        )
    return moved


def _free(db: Database, removed: Removed) -> int:
    """A row number after those of all cases, also of those that come back."""
    (last,) = db.conn.execute("SELECT max(pk) FROM cases").fetchone()
    return max(last, orjson.loads(zlib.decompress(removed[-1]))[-1][0]) + 1


def _groups(db: Database, column: Column, keys: Sequence[int]) -> dict[str, array[int]]:
    groups: dict[str, array[int]] = {}
    for value, pk in db.conn.execute(f"SELECT {column}, pk FROM cases WHERE {_THESE} ORDER BY pk", [_keys(keys)]):
        groups.setdefault(value, array("q")).append(pk)
    return groups


def _keys(keys: Sequence[int]) -> str:
    return dump(list(keys))
