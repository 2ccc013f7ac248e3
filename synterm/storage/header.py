"""The first hundred bytes of a project file (sqlite.org/fileformat.html, 1.3), and what they tell before SQLite looks.

What they say comes with the file, so it may be a lie: it is only ever a reason to refuse, or to look closer.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from synterm.errors import ProjectError

APPLICATION_ID = 0x53594E54
"""``SYNT``, in the file's header: tells a project file from other databases."""
LENGTH = 100
"""How many bytes a header has."""
MAGIC = b"SQLite format 3\0"
_SMALLEST_PAGE, _LARGEST_PAGE = 512, 65536
_UTF8 = 1
_WITH_LOG, _WITHOUT_LOG = (2, 2), (1, 1)


class Header(NamedTuple):
    """What a header says, unchecked."""

    magic: bytes
    page_size: int
    """In bytes; 65536 is written as 1."""
    modes: tuple[int, int]
    """The versions for writing and reading: 2 with a write-ahead log, 1 without."""
    pages: int | None
    """How many pages the file has; None where the number is not kept up (by old SQLites)."""
    encoding: int
    version: int
    """The version of the project file."""
    application: int

    @property
    def has_log(self) -> bool:
        """Whether it was open with a write-ahead log, and not closed since."""
        return self.modes == _WITH_LOG


def parse(raw: bytes) -> Header:
    """The header in `raw`, which may be shorter or none."""
    raw = raw.ljust(LENGTH, b"\0")
    size = _number(raw, 16, 2)
    kept_up = raw[24:28] == raw[92:96]
    return Header(
        raw[:16],
        _LARGEST_PAGE if size == 1 else size,
        (raw[18], raw[19]),
        _number(raw, 28) if kept_up else None,
        _number(raw, 56),
        _number(raw, 60),
        _number(raw, 68),
    )


def check_header(header: Header, size: int, path: Path) -> None:
    """Raise ProjectError unless a file of `size` bytes with this header can be a project file."""
    if not size:
        raise ProjectError("an empty file, not a synterm project", where=str(path), hint=NAME_ONE)
    if header.magic != MAGIC:
        raise ProjectError("not a project file (it is no SQLite database)", where=str(path), hint=NAME_ONE)
    if header.application != APPLICATION_ID:
        raise ProjectError("a database, but not a synterm project", where=str(path), hint=NAME_ONE)
    page = header.page_size
    if not _SMALLEST_PAGE <= page <= _LARGEST_PAGE or page & (page - 1):
        raise _damaged(f"pages of {page} bytes can't be", path)
    if header.modes not in (_WITH_LOG, _WITHOUT_LOG):
        raise _damaged("its header names no journal that synterm uses", path)
    if header.encoding != _UTF8:
        raise _damaged("its header does not say UTF-8", path)


def check_length(header: Header, size: int, path: Path) -> None:
    """Raise ProjectError for a file that is shorter than its header says, and has no log or journal to complete it."""
    told = (header.pages or 0) * header.page_size
    if size < told:
        raise _damaged(f"it is cut off ({size:,} of {told:,} bytes are there)", path)


def _damaged(what: str, path: Path) -> ProjectError:
    return ProjectError(f"the file is damaged: {what}", where=str(path), hint=RESTORE)


def _number(raw: bytes, at: int, length: int = 4) -> int:
    return int.from_bytes(raw[at : at + length], "big")


NAME_ONE = "name a project file, NAME.db; synterm new NAME.db makes one"
RESTORE = "restore a copy of the file; synterm doctor PROJECT --backups lists those that were kept"
