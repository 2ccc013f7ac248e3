"""A command in a pseudo-terminal, and the clock on what it draws."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence


class Terminal:
    """Runs `command` in a terminal of `columns` × `rows`; `env` is added to the environment."""

    def __init__(
        self, command: Sequence[str], columns: int = 140, rows: int = 40, env: Mapping[str, str] | None = None
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        environment = {**os.environ, **known, **(env or {})}
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self._seen = bytearray()

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def cpu_s(self) -> float:
        """Seconds of CPU that the process used so far, all its threads together."""
        # The clock of another process by its id, as clock_getcpuclockid(3) makes it on Linux.
        return time.clock_gettime((~self.pid << 3) | 2)

    def wait_for(self, text: str, timeout: float = 60.0) -> float:
        """Seconds from the start until `text` was drawn, after what was waited for before."""
        return self.drawn(text, timeout) - self.began

    def drawn(self, text: str, timeout: float = 60.0) -> float:
        """The moment (`time.perf_counter`) at which `text` is drawn, after what was waited for before."""
        wanted = text.encode()
        until = time.perf_counter() + timeout
        looked_at = 0
        while (at := self._seen.find(wanted, max(looked_at - len(wanted), 0))) < 0:
            looked_at = len(self._seen)
            if not self._read(until - time.perf_counter()):
                raise TimeoutError(f"{text!r} was not drawn in {timeout} s; seen: {bytes(self._seen[-400:])!r}")
        now = time.perf_counter()
        del self._seen[: at + len(wanted)]
        return now

    def key(self, keys: str, text: str, timeout: float = 60.0) -> float:
        """Seconds from typing `keys` until `text` is drawn."""
        self.skip(0.0)
        began = time.perf_counter()
        self.send(keys)
        return self.drawn(text, timeout) - began

    def skip(self, seconds: float) -> bytes:
        """What is drawn in so many seconds, which is not waited for any more."""
        return b"".join(content for _, content in self.watch(seconds))

    def watch(self, seconds: float) -> Iterator[tuple[float, bytes]]:
        """What is drawn in so many seconds, as it comes, each with its moment."""
        until = time.perf_counter() + seconds
        while True:
            if self._seen:
                yield time.perf_counter(), bytes(self._seen)
                self._seen.clear()
            if not self._read(max(until - time.perf_counter(), 0)):
                return

    def quiet(self, seconds: float = 0.3, timeout: float = 60.0) -> bytes:
        """What is drawn until nothing more is for so many seconds."""
        until = time.perf_counter() + timeout
        while self._read(seconds):
            if time.perf_counter() > until:
                raise TimeoutError(f"still drawing after {timeout} s")
        found = bytes(self._seen)
        self._seen.clear()
        return found

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def ended(self, timeout: float) -> tuple[int, bytes]:
        """The exit code of a command that ends by itself within so many seconds, and what it drew to its end."""
        drawn = bytearray(self._seen)
        until = time.perf_counter() + timeout
        while self._process.poll() is None:
            if time.perf_counter() > until:
                raise TimeoutError(f"it did not end in {timeout} s")
            drawn += self.skip(0.1)
        os.close(self._master)
        return self._process.returncode, bytes(drawn)

    def close(self) -> None:
        """End the command."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._master)

    def _read(self, seconds: float) -> bool:
        """Take what was drawn; whether something was, within so many seconds."""
        if seconds < 0 or not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            self._seen += os.read(self._master, 65536)
        except OSError:
            return False  # the command is gone
        return True
