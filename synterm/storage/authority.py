"""What statements on a project file may do, whatever the file would have them do besides.

What a file is made of is looked at before it is used; another program could add a trigger to it after that. SQLite asks
here about each step of a statement while it prepares it, not while it runs.
"""

from __future__ import annotations

from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]

_WRITING = frozenset((sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE))
_NEVER = frozenset(
    (
        sqlite3.SQLITE_CREATE_TRIGGER,
        sqlite3.SQLITE_CREATE_TEMP_TRIGGER,
        sqlite3.SQLITE_CREATE_VIEW,
        sqlite3.SQLITE_CREATE_TEMP_VIEW,
        29,  # SQLITE_CREATE_VTABLE, which Python's own module does not name before 3.11
    )
)
_FUNCTION = 31
_FUNCTIONS = frozenset(("load_extension", "fts3_tokenizer"))


def judge(action: int, first: str | None, second: str | None, _schema: str | None, by: str | None) -> int:
    """Whether a statement may do something: not what a trigger named `by` would write, nor make any."""
    if action in _NEVER or (by is not None and action in _WRITING):
        return sqlite3.SQLITE_DENY
    if action == _FUNCTION and second in _FUNCTIONS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and first == "writable_schema":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
