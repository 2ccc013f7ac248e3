"""What lies beside a project file: the log or the journal of work that was not finished.

SQLite finds them by their names alone and plays them into the file, whosever they are. Those that can't belong to it
are refused before; those that might are tried out apart (see `opening`).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from synterm.errors import ProjectError
from synterm.storage.header import Header
from synterm.storage.held import Place

ENDINGS = ("-wal", "-journal", "-shm")
_LOG_HEADER = 32
_LOG_MAGIC = frozenset((b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83"))
_JOURNAL_HEADER = 28
_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_ROOT = 0


class Beside(NamedTuple):
    """What waits to be played into the file."""

    log: bool = False
    journal: bool = False

    @property
    def anything(self) -> bool:
        """Whether anything waits."""
        return self.log or self.journal


def check_beside(path: Path, place: Place) -> None:
    """Raise ProjectError when what lies beside the file is no ordinary file, or somebody else's."""
    for ending in ENDINGS:
        beside = _named(path, ending)
        try:
            found = beside.lstat()
        except OSError:
            continue  # not there; what can't be looked at SQLite can't open either, and says so
        if not stat.S_ISREG(found.st_mode):
            raise _refused(beside, "beside the project is something that is no ordinary file, and would be written to")
        if found.st_nlink > 1:
            raise _refused(beside, f"this file beside the project has {found.st_nlink} names, and would be written to")
        if found.st_uid not in (place.owner, _me(), _ROOT):
            raise _refused(beside, f"beside the project is a file of another user (number {found.st_uid})")


def around(path: Path) -> tuple[tuple[int, int, int] | None, ...]:
    """What tells whether anything changed beside the file."""
    return tuple(_stamp(_named(path, ending)) for ending in ENDINGS[:2])


def waiting(path: Path, header: Header) -> Beside:
    """What waits beside a file that nobody has open. Raises ProjectError for what can't be this file's."""
    return Beside(_log_waits(_named(path, "-wal"), header), _journal_waits(_named(path, "-journal"), header))


def _log_waits(log: Path, header: Header) -> bool:
    head, size = _ends(log, _LOG_HEADER)[0], _size(log)
    if size <= _LOG_HEADER or not any(head):
        return False
    if head[:4] not in _LOG_MAGIC:
        raise _refused(log, "this file beside the project is named like its log, but is none")
    if int.from_bytes(head[8:12], "big") != header.page_size or not header.has_log:
        raise _refused(log, "this log is another file's: the project has none that is unfinished")
    return True


def _journal_waits(journal: Path, header: Header) -> bool:
    head, tail = _ends(journal, _JOURNAL_HEADER)
    if not any(head):
        return False  # SQLite empties or blanks it when a transaction is done
    if head[:8] != _JOURNAL_MAGIC:
        raise _refused(journal, "this file beside the project is named like its journal, but is none")
    if tail[-8:] == _JOURNAL_MAGIC:
        # Old SQLites remove the file that it names, whatever that is. Synterm never writes two files at once.
        raise _refused(journal, "this journal names another file, which would be removed")
    if int.from_bytes(head[24:28], "big") != header.page_size:
        raise _refused(journal, "this journal is another file's: its pages have another size")
    return True


def _ends(file: Path, length: int) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file; nothing of one that is not there."""
    # No lock hangs on these files, so a handle may come and go. (One hangs on the third, which is never opened here.)
    try:
        with file.open("rb") as opened:
            head = opened.read(length)
            opened.seek(max(0, _size(file) - length))
            return head, opened.read(length)
    except FileNotFoundError:
        return b"", b""
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(file), hint="may you read it?") from error


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.lstat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _named(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _me() -> int:
    return os.geteuid() if hasattr(os, "geteuid") else _ROOT


def _refused(beside: Path, what: str) -> ProjectError:
    return ProjectError(what, where=str(beside), hint="move it away, then open the project again")
