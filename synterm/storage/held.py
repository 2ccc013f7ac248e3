"""Which files this process has open as databases, and reading of one without harm to its locks.

SQLite locks a file for the whole process. The system drops all of a process's locks on a file as soon as any handle of
it is closed, also one that was only for reading (sqlite.org/howtocorrupt.html, 2.2). So a handle of a file that is open
as a database here is closed with the last connection, not before.
"""

from __future__ import annotations

import os
import stat
import threading
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from synterm.errors import ProjectError
from synterm.paths import near_project_files
from synterm.storage.header import LENGTH, NAME_ONE


class Place(NamedTuple):
    """Which file it is, whatever its name, and the state it is in."""

    device: int
    inode: int
    size: int
    changed_ns: int
    """When its content or its name was changed last; no program can set it to what it likes."""
    written_ns: int
    owner: int
    names: int
    """How many names it has: hard links."""

    @property
    def file(self) -> tuple[int, int]:
        """What stays the same while it is written."""
        return self.device, self.inode


@dataclass
class _Held:
    connections: int = 0
    handles: list[int] = field(default_factory=list[int])


_held: dict[tuple[int, int], _Held] = {}
_lock = threading.Lock()
_forgotten: deque[tuple[int, int]] = deque()
"""Files of connections that went without being closed, not counted yet."""


@contextmanager
def _alone() -> Generator[None]:
    with _lock:
        _count_forgotten()
        yield


def place_of(path: Path) -> Place:
    """Where the file `path` is. Raises ProjectError unless it is an ordinary file of this one name, and no link."""
    try:
        found = path.lstat()
    except FileNotFoundError as error:
        raise ProjectError("there is no such project file", where=str(path), hint=_instead(path)) from error
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path), hint=NAME_ONE) from error
    return _checked(found, path)


def _instead(path: Path) -> str:
    near = near_project_files(path)
    return f"did you mean {' or '.join(near)}? synterm new {path} makes a new one" if near else f"synterm new {path}"


def hold(path: Path) -> tuple[int, int]:
    """Count a connection that is about to be opened. Raises ProjectError as `place_of` does."""
    with _alone():
        file = place_of(path).file
        _held.setdefault(file, _Held()).connections += 1
    return file


def release(file: tuple[int, int]) -> None:
    """Count a connection that was closed."""
    with _alone():
        _count_out(file)


def forget(file: tuple[int, int]) -> None:
    """Count a connection that nobody closed, now or when the next one is counted.

    Python collects garbage at any moment, so also while this very thread counts: to wait for that would be to wait for
    ever.
    """
    _forgotten.append(file)
    if _lock.acquire(blocking=False):
        try:
            _count_forgotten()
        finally:
            _lock.release()


def _count_forgotten() -> None:
    while _forgotten:
        _count_out(_forgotten.popleft())


def _count_out(file: tuple[int, int]) -> None:
    held = _held[file]
    held.connections -= 1
    if not held.connections:
        del _held[file]
        for handle in held.handles:
            os.close(handle)


def is_held(file: tuple[int, int]) -> bool:
    """Whether this process has the file open as a database."""
    with _alone():
        return file in _held


class Seen(NamedTuple):
    """A file as it was when it was looked at."""

    place: Place
    head: bytes
    """Its first bytes."""
    in_use: bool
    """Whether this process or another one has it open as a database."""


def see(path: Path) -> Seen:
    """Look at a file before SQLite does. Raises ProjectError as `place_of` does, and where it can't be read."""
    with _alone():
        place = place_of(path)
        held = _held.get(place.file)
        handle = held.handles[0] if held and held.handles else _open(path)
        try:
            place = _checked(os.fstat(handle), path)
            held = _held.get(place.file)
            return Seen(place, _head(handle, path), held is not None or _locked_elsewhere(handle))
        finally:
            if held is None:
                os.close(handle)
            elif handle not in held.handles:
                held.handles.append(handle)


def _checked(found: os.stat_result, path: Path) -> Place:
    if stat.S_ISLNK(found.st_mode):
        raise _link(path)
    if not stat.S_ISREG(found.st_mode):
        raise ProjectError(f"not a file but {_kind(found.st_mode)}", where=str(path), hint=NAME_ONE)
    if found.st_nlink > 1:
        raise ProjectError(
            f"the file has {found.st_nlink} names (hard links): writing under one of them can damage it for the others",
            where=str(path),
            hint="make a copy, and open that",
        )
    return Place(
        found.st_dev,
        found.st_ino,
        found.st_size,
        found.st_ctime_ns,
        found.st_mtime_ns,
        found.st_uid,
        found.st_nlink,
    )


def _open(path: Path) -> int:
    # Whoever put a pipe there since would have us wait for its other end; whoever put a link, read something else.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags)
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path), hint="may you read it?") from error


def _head(handle: int, path: Path) -> bytes:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        return os.read(handle, LENGTH)
    except OSError as error:
        raise ProjectError(error.strerror or str(error), where=str(path), hint="is the disk all right?") from error


def _link(path: Path) -> ProjectError:
    """A link in a folder from somebody else would have us write to a file that its maker chose."""
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        nowhere = isinstance(error, FileNotFoundError)
        words = "a symbolic link that leads nowhere" if nowhere else "symbolic links in a circle"
        return ProjectError(words, where=str(path), hint=NAME_ONE)
    return ProjectError("a symbolic link, not the file itself", where=str(path), hint=f"name the file itself: {real}")


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for test, name in kinds if test(mode)), "a device")


def _locked_elsewhere(handle: int) -> bool:
    from synterm.storage.locks import locked_elsewhere

    return locked_elsewhere(handle)
