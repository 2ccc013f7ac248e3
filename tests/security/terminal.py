"""A real terminal, for commands to run in."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

_WITHIN_S = 60
OWN = re.compile(
    r"\x1b\[[0-9;]*m"  # colours
    r"|\x1b\[[0-9]+;[0-9]+H"  # where the cursor goes
    r"|\x1b\[\?(?:1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048|25|7)(?:[hl]|\$p)"  # modes
    r"|\x1b\[(?:>[0-9]*|<)u"  # how keys are told
    r"|\x1b\[\?u|\x1b\[[0-9]*[JK]|\x1b\[c|\r"
    r"|\x1b\]22;[a-z-]*\x07"  # the pointer's shape
)
"""What Textual itself writes to steer a terminal."""


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, *command: str | Path, **env: str) -> None:
        self.master, self._slave = pty.openpty()
        self.resize(40, 120)
        self.before = termios.tcgetattr(self._slave)
        known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, *map(str, command)],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env={**os.environ, **known, **env},
            start_new_session=True,
        )
        self.drawn = b""

    def resize(self, rows: int, columns: int) -> None:
        """Give it another size, and tell of it."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if hasattr(self, "process"):
            self.process.send_signal(signal.SIGWINCH)

    def wait_for(self, text: str) -> None:
        """Until a text is drawn."""
        until = time.monotonic() + _WITHIN_S
        while text.encode() not in self.drawn:
            assert time.monotonic() < until, self.drawn[-2000:]
            assert self.read(0.5) or self.process.poll() is None, self.drawn[-2000:]

    def end(self) -> int:
        """Its exit code, once it has ended and all that it wrote was read."""
        until = time.monotonic() + _WITHIN_S
        while self.process.poll() is None:
            assert time.monotonic() < until, "it went on"
            self.read(0.05)
        while self.read(0):
            pass
        return self.process.returncode

    @property
    def text(self) -> str:
        """All that was written."""
        return self.drawn.decode("utf-8", "replace")

    @property
    def given_back(self) -> bool:
        """Whether the terminal is as it was: its settings, its screen, its cursor, its mouse."""
        ends = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l", "\x1b[?2004l")
        last = {end: self.text.rfind(end) for end in ends}
        begun = {end: self.text.rfind(end[:-1] + ("l" if end.endswith("h") else "h")) for end in ends}
        return self.as_set and all(last[end] > begun[end] for end in ends)

    @property
    def as_set(self) -> bool:
        """Whether its own settings (echo, single keys …) are what they were."""
        return termios.tcgetattr(self._slave) == self.before

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self._slave)

    def read(self, seconds: float) -> bool:
        """Take what is written next; whether something was, within so many seconds."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.drawn += os.read(self.master, 65536)
        return True
