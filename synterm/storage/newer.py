"""Project files of a newer synterm: they can be looked at, not written.

What makes them is not known here, so what this version reads must be there, and nothing that could act on its own:
tables with plain columns, indexes over them.
"""

from __future__ import annotations

import re
import warnings
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlite_utils import Database

from synterm.errors import FileNotice, ProjectError
from synterm.storage.connect import UPGRADE, made_by_newer
from synterm.storage.header import parse
from synterm.storage.held import see
from synterm.storage.migrations import SCHEMA_VERSION, migrate
from synterm.text import one_line

if TYPE_CHECKING:
    from synterm.storage.schema_check import Part, Rows

_COLUMNS = (
    "SELECT m.name, x.name, x.hidden FROM sqlite_schema AS m, pragma_table_xinfo(m.name) AS x "
    "WHERE m.type = 'table' LIMIT 5000"
)
_TABLE = re.compile(r"CREATE TABLE ", re.IGNORECASE)
_INDEX = re.compile(r"CREATE (UNIQUE )?INDEX [^()]+\([^()|+*/%&<>~']*\)( WHERE .*)?", re.IGNORECASE)
"""One over columns: an expression has brackets, or a sign of its own."""


def check_newer(rows: Rows, found: list[Part], path: Path) -> None:
    """Raise ProjectError unless this version can read the file safely. `found` is what it is made of."""
    known = _known()
    for part in found:
        if not _is_plain(part) and part not in known:
            raise _refused(f"it holds {part.kind} {one_line(part.name)[:80]!r}, which this one can't vouch for", path)
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column, hidden in rows(_COLUMNS):
        if hidden:
            raise _refused(f"its table {one_line(table)[:80]!r} computes a column", path)
        columns[table].add(column)
    for table, wanted in _columns().items():
        if missing := sorted(wanted - columns[table]):
            raise _refused(f"it has no {missing[0]} in {table} any more", path)


def is_newer(path: Path) -> bool:
    """Whether the file at `path`, which is open or was, is of a version that this synterm does not know."""
    try:
        return parse(see(path).head).version > SCHEMA_VERSION
    except ProjectError:
        return False


def say_newer(version: int, path: Path) -> str:
    """Tell the person that the file can only be looked at; gives the words.

    As a warning of Python's: commands show it on stderr, the workbench in a message, other programs as they like.
    """
    words = (
        f"{made_by_newer(version, SCHEMA_VERSION)}, so it can only be looked at, without what is new in it; {UPGRADE}"
    )
    warnings.warn(f"{path.name}: {words}", FileNotice, stacklevel=3)
    return words


def _is_plain(part: Part) -> bool:
    if part.kind == "table":
        return bool(_TABLE.match(part.sql))
    if part.kind != "index":
        return False
    return not part.sql or bool(_INDEX.fullmatch(part.sql))


def _refused(what: str, path: Path) -> ProjectError:
    return ProjectError(f"made by a newer synterm, and {what}", where=str(path), hint=UPGRADE)


@cache
def _known() -> frozenset[Part]:
    from synterm.storage.schema_check import schema_of

    return schema_of(SCHEMA_VERSION)


@cache
def _columns() -> dict[str, set[str]]:
    """The columns of all tables of this version."""
    db = Database(memory=True, execute_plugins=False)
    try:
        migrate(db)
        columns: dict[str, set[str]] = defaultdict(set)
        for table, column, _ in db.conn.execute(_COLUMNS):
            if not table.startswith("_"):  # the library's own, which nothing here reads
                columns[table].add(column)
        return columns
    finally:
        db.conn.close()
