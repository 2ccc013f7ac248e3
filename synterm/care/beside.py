"""A project file as others on this machine see it: its place, who may read it, and what lies beside it."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from synterm.care.found import Found, well
from synterm.care.places import room
from synterm.storage.backups import backups_of
from synterm.storage.condition import sqlite_version
from synterm.storage.connect import is_read_only
from synterm.storage.journal import log_is_safe, safe_for_log
from synterm.text import megabytes, plural

_SYNCED = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "mobile documents", "nextcloud", "syncthing")
_STALE_S = 24 * 3600


def beside(path: Path) -> Iterator[Found]:
    """Look at the file from outside."""
    yield from _permissions(path)
    yield _place(path)
    yield from _logs(path)
    yield from _left(path)
    yield from _copies(path)
    yield from room({"project": path.resolve().parent})


def _permissions(path: Path) -> Iterator[Found]:
    found = path.stat()
    if os.name == "nt":
        return
    mode = stat.S_IMODE(found.st_mode)
    if is_read_only(path):
        yield Found("permissions", "note", "you may read it and not write: it opens to look at only")
    elif mode & 0o022:

        def close() -> str:
            path.chmod(mode & ~0o022)
            return "only you may write it now"

        said = f"others on this machine may change it (mode {mode:03o})"
        yield Found("permissions", "warning", said, f"chmod go-w {path}", close)
    elif mode & 0o044:
        said = f"others on this machine may read it (mode {mode:03o})"
        yield Found("permissions", "note", said, f"chmod 600 {path} keeps it to you")
    else:
        yield well("permissions", f"yours alone (mode {mode:03o})")


def _place(path: Path) -> Found:
    version, _ = sqlite_version()
    place = path.resolve()
    if synced := next((part for part in place.parts[:-1] if part.lower().startswith(_SYNCED)), None):
        said = f"it lies in a folder that is synchronised ({synced}), which may copy it while it is written"
        return Found("place", "warning", said, "work on it elsewhere, and put there what synterm share makes")
    if log_is_safe(path, version):
        return well("place", "a disk of this machine: reading and writing do not wait for each other")
    if not safe_for_log(version):
        return Found("place", "note", "kept without a write-ahead log, because of the version of SQLite")
    said = "a disk of another machine, or one that a program mounts: kept without a write-ahead log"
    return Found("place", "note", f"{said}, so reading and writing wait for each other")


def _logs(path: Path) -> Iterator[Found]:
    place = path.resolve()
    if (log := place.with_name(f"{place.name}-wal")).exists():
        said = (
            f"a log of {megabytes(log.stat().st_size)} lies beside it: a program has it open, or ended without closing"
        )
        yield Found("log", "note", said, "never copy the .db without it; opening and closing it folds the log in")
    if (journal := place.with_name(f"{place.name}-journal")).exists() and journal.stat().st_size:
        said = "a journal lies beside it: a program writes, or ended while it wrote"
        yield Found("log", "note", said, "never copy or rename the .db without it; the next opening takes it back")


def _left(path: Path) -> Iterator[Found]:
    """Temporary files of commands that were killed."""
    place = path.resolve()
    prefixes = "|".join(re.escape(prefix) for prefix in (".synterm-merge.", f".{place.name}."))
    name = re.compile(rf"(?:{prefixes})[0-9A-HJKMNP-TV-Z]{{26}}(?:-wal|-shm|-journal)?")
    long_ago = time.time() - _STALE_S
    left = [
        file
        for file in place.parent.iterdir()
        if name.fullmatch(file.name) and not file.is_symlink() and file.is_file() and file.stat().st_mtime < long_ago
    ]
    if not left:
        return

    def remove() -> str:
        for file in left:
            file.unlink(missing_ok=True)
        return f"removed {plural(len(left), 'temporary file')}"

    size = sum(file.stat().st_size for file in left)
    said = f"beside it, {plural(len(left), 'temporary file')} of commands that were killed ({megabytes(size)})"
    yield Found("temporary", "note", said, None, remove)


def _copies(path: Path) -> Iterator[Found]:
    kept = backups_of(path)
    if kept:
        said = f"{plural(len(kept), 'file')} kept from before, the newest of {kept[0].made} ({kept[0].reason})"
        yield well("backups", f"{said}: --backups lists them")
