"""What a project file is made of: only what synterm makes. A file may come from a stranger.

A view in place of a table can keep a query busy for ever, and a trigger changes one thing whenever another is written;
so nothing is read of a file that holds either. It is held against the tables and indexes of its own version, by the
words that make them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from sqlite_utils import Database

from synterm.errors import ProjectError
from synterm.storage.connect import damaged
from synterm.storage.look import HINT
from synterm.storage.migrations import SCHEMA_VERSION, migrations
from synterm.text import one_line

KNOWN = {
    1: "06aeb010f9fce3cd074d22bc40dd240f02e7b24a1396eaf402ac95e0cfe9d9c6",
    2: "20cc5d7622b8e9be3f1b334932b37666ae62605d0c76674f685f806fe8e294bd",
    3: "4f77e0efbf70385f7e4f5359e2ebd6b5ef23107a63a14e80601ff96c76ab038b",
    4: "4eaa60a17f738ae36a2bda7da4555d609bf28133d1e406443255368378bb7d65",
    5: "ae955e6069622c2fa225e8b6c1b4cdb6ba08daa9f8857fc5fac0bb8f0244b80c",
    6: "5ce3d63ff4debff27c1cae101d9c994d241bb2ddd45b203c2de50416bbc8a83a",
    7: "e6fe452ae4328c54a0b0140fecce1edca24b0ce595913b8ef03f3b9ce30c713a",
    8: "17d5e6a65d5f9aad0420a8a801a86f9b2167b5ff53f70de4a6c31bbd1ad8e185",
    9: "99237559ce3231f6744ef6cb0991e54158acd046195a4817d85479cdb320e34a",
    10: "41d48c243a998b696b19c0fb8d813800e676e18ece30086127e6e64de3f334ba",
    11: "2a8a952fd5cb6a283df92880f02be077ed538c97105a77c83dc42b4e50de5c61",
    12: "ff892a45f41958ebf386d73f55c7b71e1c0a245f4090f72d279a126171771c5f",
}
"""A hash of what files of each version are made of: to make them again takes a hundred times as long as to look."""
_MOST = 500
"""So many parts are read: several times as many as there are."""
_LONGEST = 10_000
"""So many characters are read of what makes one: several times as many as the longest has."""
_SPACE = re.compile(r"[ \t\n\f\r]+")
_READ = (
    "SELECT (SELECT user_version FROM pragma_user_version), CAST(substr(type, 1, 100) AS TEXT), "
    "CAST(substr(name, 1, 1000) AS TEXT), CAST(substr(tbl_name, 1, 1000) AS TEXT), "
    f"CAST(substr(coalesce(sql, ''), 1, {_LONGEST}) AS TEXT) FROM sqlite_schema LIMIT {_MOST}"
)
Rows = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a statement and gives its rows."""

_STEPS = "_sqlite_migrations"
"""The table of the library that brings files up to date: its wording is the library's, and may change with it."""
_STEPS_WORDS = frozenset(
    "create table unique index on primary key not null integer text strict if exists id migration_set name applied_at "
    "_sqlite_migrations idx__sqlite_migrations_migration_set_name".split()
)
_STEPS_SIGNS = re.compile(r"""[\w\s"'`\[\](),]*""", re.ASCII)


class Part(NamedTuple):
    """A table, an index, a trigger or a view."""

    kind: str
    name: str
    table: str
    sql: str
    """What makes it, in one line; empty for an index that comes with its table."""


def rows_of(db: Database) -> Rows:
    """Runs statements on a connection."""
    return lambda statement: db.conn.execute(statement).fetchall()


def check_schema(rows: Rows, path: Path) -> None:
    """Raise ProjectError unless the file is made of exactly what synterm makes files of its version of.

    `rows` runs statements on it. Of a newer version nobody knows here what makes it: see `newer`.
    """
    version, found = _read(rows)
    if version > SCHEMA_VERSION:
        from synterm.storage.newer import check_newer

        check_newer(rows, found, path)
        return
    strange = [part for part in found if part.table == _STEPS and not _keeps_steps(part)]
    own = [part for part in found if part.table != _STEPS]
    if not strange and digest(own) == KNOWN.get(version):
        return
    wanted = schema_of(version)
    names = {(part.kind, part.name) for part in wanted} | {("table", _STEPS)}
    for part in sorted([*strange, *set(own) - wanted], key=_telling):
        words = f"{_article(part.kind)} {part.kind}"
        told = "that is not as synterm makes it" if (part.kind, part.name) in names else "that synterm never made"
        raise refused(path, f"this file holds {words} {told} ({one_line(part.name)[:80]})")
    for part in sorted(wanted - set(own), key=_telling):
        raise damaged(f"the {part.kind} {part.name}", path)


@cache
def schema_of(version: int) -> frozenset[Part]:
    """What files of this version are made of, without the table of the steps that were taken."""
    db = Database(memory=True, execute_plugins=False)
    try:
        names = [step.name for step in migrations.pending(db)]
        migrations.apply(db, stop_before=names[version:])
        return frozenset(part for part in _read(rows_of(db))[1] if part.table != _STEPS)
    finally:
        db.conn.close()


def digest(parts: Iterable[Part]) -> str:
    """A hash of them, in whatever order they come."""
    return sha256("\n".join("\0".join(part) for part in sorted(parts)).encode()).hexdigest()


def _read(rows: Rows) -> tuple[int, list[Part]]:
    """The version and the parts in one look: another process may be bringing the file up to date."""
    found = rows(_READ)
    # In a made-up file even these can be missing.
    parts = [
        Part(kind or "", name or "", table or "", _SPACE.sub(" ", sql).strip()) for _, kind, name, table, sql in found
    ]
    return (found[0][0] if found else 0), parts


def _keeps_steps(part: Part) -> bool:
    """Whether it is the table of steps or its index: columns by these names, without any expression."""
    if part.kind not in ("table", "index") or not _STEPS_SIGNS.fullmatch(part.sql):
        return False
    return _STEPS_WORDS.issuperset(re.findall(r"\w+", part.sql.lower()))


def _telling(part: Part) -> tuple[bool, int, str]:
    """What tells most stands first: views and triggers, and tables before the indexes that come with them."""
    return not part.sql, -_TELLING.index(part.kind) if part.kind in _TELLING else 0, part.name


_TELLING = ("index", "table", "trigger", "view")


def refused(path: Path, what: str) -> ProjectError:
    """The error for a file that holds what it should not."""
    return ProjectError(f"{what}: it may not be what it seems", where=str(path), hint=HINT)


def _article(kind: str) -> str:
    return "an" if kind == "index" else "a"
