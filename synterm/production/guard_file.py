"""A file that only grows, by whole lines, from any number of processes; put aside when it gets large."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Generator
from pathlib import Path

KEPT = 4
"""So many that were put aside are kept: ``NAME.1`` is the latest."""


class LogFile:
    """One line, one write, at the end of the file. It is opened anew where another program put it aside."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        """Opens it; made new, only its owner can read it. Raises OSError."""
        self.path = path
        self.problem: str | None = None
        """Why the last line could not be written."""
        self._most_bytes = most_bytes
        self._torn = False
        self._file: int | None = None
        self._open()

    def append(self, line: bytes) -> bool:
        """Write a line, its end added; whether it is in the file, all of it."""
        try:
            file = self._ready(len(line))
            data = (b"\n" if self._torn else b"") + line + b"\n"
            self._torn = os.write(file, data) < len(data)
        except OSError as error:
            self.problem = error.strerror or str(error)
            return False
        self.problem = "the disk is full" if self._torn else None
        return not self._torn

    def close(self) -> None:
        """Close it."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)

    def _open(self) -> int:
        flags = os.O_APPEND | os.O_CREAT | os.O_WRONLY
        for name in ("O_CLOEXEC", "O_BINARY", "O_NONBLOCK"):
            flags |= getattr(os, name, 0)
        # Not to wait for somebody to read, where it is a pipe that nobody reads: that is an error here.
        self._file = os.open(self.path, flags, 0o600)
        if hasattr(os, "set_blocking"):
            os.set_blocking(self._file, True)
        self._regular = stat.S_ISREG(os.fstat(self._file).st_mode)
        return self._file

    def _ready(self, size: int) -> int:
        """The file to write to: the one of that name, with room for a line."""
        if self._file is None:
            return self._open()
        if not self._regular:
            return self._file
        here = os.fstat(self._file)
        if not self._is(here):
            self.close()
            return self._open()
        if here.st_size + size > self._most_bytes and here.st_size:
            self._put_aside(here)
            return self._open()
        return self._file

    def _is(self, here: os.stat_result) -> bool:
        """Whether the file that is open is still the one of that name."""
        try:
            there = self.path.stat()
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def _put_aside(self, here: os.stat_result) -> None:
        """Give it another name, unless another process has done so by now."""
        assert self._file is not None, "only an open file gets too large"
        with _alone(self._file):
            if self._is(here):
                for number in range(KEPT - 1, 0, -1):
                    with contextlib.suppress(FileNotFoundError):
                        self._aside(number).replace(self._aside(number + 1))
                if os.name == "nt":
                    self.close()  # there an open file can't be renamed
                self.path.replace(self._aside(1))
        self.close()

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


@contextlib.contextmanager
def _alone(file: int) -> Generator[None]:
    """While nobody else who asks so holds the file; where there is no such lock, at once."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    fcntl.flock(file, fcntl.LOCK_EX)
    yield  # closing the file gives it free
