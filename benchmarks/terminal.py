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
from collections.abc import Sequence


class Terminal:
    """Runs `command` in a terminal of `columns` × `rows`."""

    def __init__(self, command: Sequence[str], columns: int = 140, rows: int = 40) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self.began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True, close_fds=True
        )
        os.close(slave)
        self._seen = bytearray()

    def wait_for(self, text: str, timeout: float = 60.0) -> float:
        """Seconds from the start until `text` was drawn, after what was waited for before."""
        wanted = text.encode()
        while wanted not in self._seen:
            if not select.select([self._master], [], [], timeout)[0]:
                raise TimeoutError(f"{text!r} was not drawn in {timeout} s; seen: {bytes(self._seen[-400:])!r}")
            self._seen += os.read(self._master, 65536)
        elapsed = time.perf_counter() - self.began
        del self._seen[: self._seen.index(wanted) + len(wanted)]
        return elapsed

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def close(self) -> None:
        """End the command."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._master)
