"""The project file of a guard: read at the start, and again when it was changed or another one took its place."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from synterm.errors import ProjectError, SyntermError
from synterm.production.guard_checks import GuardedProject, ReadTrust
from synterm.production.guard_forks import survive_forks
from synterm.text import one_line

_LOOK_S = 1.0
"""At most so often it is looked whether the file is another one."""
_AGAIN_S = 5.0
"""What can't be read is tried again after so long, also where the file looks the same."""
_SHARE = 20
"""Reading takes at most one part in so many of the time: a large file that is open elsewhere has to be copied."""

Mark = tuple[tuple[int, int, int] | None, ...]
"""What tells a file from an earlier state of it: inode, size and time of change; of its log, too."""


class GuardSource:
    """The checks of a file, as up to date as they can be."""

    def __init__(self, path: Path, suits: Callable[[GuardedProject], object]) -> None:
        """Reads the file. `suits` raises for a project that can't be used. Raises SyntermError."""
        self.path = path
        self._suits = suits
        self._stale: str | None = None
        self._mark = mark(path)
        began = time.monotonic()
        self.now = self._read()
        """The checks that hold now."""
        self._took_s = time.monotonic() - began
        self.begin_anew()
        survive_forks(self)

    def begin_anew(self) -> None:
        """Look at the file from now on: nobody else does."""
        self._reading = threading.Lock()
        self._next_look = time.monotonic() + _LOOK_S

    @property
    def trust(self) -> ReadTrust:
        """Whether the file whose checks hold now was restricted when it was read."""
        return self.now.trust

    @property
    def stale(self) -> str | None:
        """Why the checks are those of an earlier file; None where they are not."""
        return self._stale

    def fresh(self) -> GuardedProject:
        """The checks that hold now. Looks at the file when it is time, in a thread of its own: nobody waits for it."""
        if time.monotonic() >= self._next_look and self._reading.acquire(blocking=False):
            self._next_look = float("inf")
            threading.Thread(target=self._look, name="synterm-guard-project", daemon=True).start()
        return self.now

    def reload(self) -> bool:
        """Look at the file now; whether the checks are those of it."""
        with self._reading:
            self._update(mark(self.path))
        return self._stale is None

    def _look(self) -> None:
        try:
            seen = mark(self.path)
            if seen != self._mark or self._stale is not None:
                self._update(seen)
        finally:
            wait_s = _AGAIN_S if self._stale else max(_LOOK_S, self._took_s * _SHARE)
            self._next_look = time.monotonic() + wait_s
            self._reading.release()

    def _update(self, seen: Mark) -> None:
        began = time.monotonic()
        try:
            found = self._read()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the new one, the old one is there
            self._stale = _why(error, self.path)
        else:
            if found.said != self.now.said:
                self.now = found
            self._stale = None
        self._mark = seen
        self._took_s = time.monotonic() - began

    def _read(self) -> GuardedProject:
        found = GuardedProject.read(self.path)
        self._suits(found)
        return found


def mark(path: Path) -> Mark:
    """What tells whether a file, or the log beside it, is another one or was changed."""
    return tuple(_stat(place) for place in (path, path.with_name(path.name + "-wal")))


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None  # that it can't be looked at is what reading it says
    return found.st_ino, found.st_size, found.st_mtime_ns


def _why(error: Exception, path: Path) -> str:
    said = str(error) if isinstance(error, SyntermError) else f"{type(error).__name__}: {error}"
    where = "" if isinstance(error, ProjectError) else f"{path}: "
    return one_line(f"{where}{said}; answers are judged by the checks that were read before", 500)
