"""What is done before a project file is opened: nothing of it reaches SQLite in this process unlooked at.

Cheap things first. It is an ordinary file under one name, its first bytes are those of a project file, and what lies
beside it is its own. A file that is not known here, or was not closed, is then looked through by a process of its own:
what it is made of, and whether it is whole.
"""

from __future__ import annotations

import time
from pathlib import Path

from synterm.errors import ProjectError
from synterm.storage.beside import Beside, around, check_beside, waiting
from synterm.storage.header import RESTORE, Header, check_header, check_length, parse
from synterm.storage.held import Seen, see
from synterm.storage.known import is_known, note_place
from synterm.storage.look import looking
from synterm.storage.schema_check import check_schema
from synterm.text import one_line

_LONGEST_FINDING = 200
_TRIES = 50
_RETRY_SECONDS = 0.01
_FRESH_NS = 50_000_000


def check_project_file(path: Path) -> Header:
    """Look whether `path` is a project file that may be opened; gives its header.

    The header's version may be old by a moment where the file is in use. Raises ProjectError with the reason when it is
    none, is damaged, or holds or has beside it what synterm never puts there.
    """
    for _ in range(_TRIES):
        before = _state(path)
        try:
            return _check(path)
        except ProjectError:
            # What another process is writing just then looks like anything. What stays as it is, is so.
            fresh = _is_fresh(path)
            if _state(path) == before and not fresh:
                raise
        time.sleep(_FRESH_NS / 1e9 if fresh else _RETRY_SECONDS)
    return _check(path)


def _state(path: Path) -> tuple[object, ...]:
    seen = see(path)
    return seen.place, seen.in_use, around(path)


def _is_fresh(path: Path) -> bool:
    """Whether the file was changed a moment ago: the system's clock for files does not tell such moments apart."""
    return abs(time.time_ns() - see(path).place.changed_ns) < _FRESH_NS


def _check(path: Path) -> Header:
    seen = see(path)
    header = parse(seen.head)
    check_header(header, seen.place.size, path)
    check_beside(path, seen.place)
    if seen.in_use:
        return header  # whoever has it open has looked, and keeps what is beside it
    beside = waiting(path, header)
    if not beside.anything:
        check_length(header, seen.place.size, path)
        if is_known(path, seen.place):
            return header
    _look_through(path, seen, beside)
    if not beside.anything:
        note_place(path, seen.place)
    return header


def _look_through(path: Path, seen: Seen, beside: Beside) -> None:
    try:
        _look(path, seen, beside)
    except ProjectError as error:
        if not beside.anything:
            raise
        name = f"{path.name}{'-wal' if beside.log else '-journal'}"
        hint = f"if {name} belongs to another file, move it away; else {error.hint or RESTORE}"
        raise ProjectError(f"with what waits in {name}, {error.message}", where=error.where, hint=hint) from error


def _look(path: Path, seen: Seen, beside: Beside) -> None:
    with looking(path, seen.place.size, log=beside.log, journal=beside.journal) as cage:
        check_schema(cage.rows, path)
        [(found,)] = cage.rows("PRAGMA quick_check(1)")
        if found != "ok":
            words = one_line(str(found).removeprefix("*** in database main ***"))[:_LONGEST_FINDING]
            raise ProjectError(f"the file is damaged: {words}", where=str(path), hint=RESTORE)
