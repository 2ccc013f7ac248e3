"""The workbench in a real terminal: what it writes, what it leaves when it breaks, and where it can't be drawn."""

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

import pytest

from tests.conftest import MakeProject
from tests.security.payloads import NAME, acting, hostile_project

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
CANARY = "sk-canary-98765"
BREAKS = f"""
import sys
from synterm.tui.screens.workbench.screen import WorkbenchScreen
shown = WorkbenchScreen.on_mount

def broken(self):
    key = {CANARY!r}
    self.call_later(lambda key=key: 1 // (len(key) - len(key)))
    return shown(self)

WorkbenchScreen.on_mount = broken
from synterm.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


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
            assert self._read(0.5) or self.process.poll() is None, self.drawn[-2000:]

    def end(self) -> int:
        """Its exit code, once it has ended and all that it wrote was read."""
        until = time.monotonic() + _WITHIN_S
        while self.process.poll() is None:
            assert time.monotonic() < until, "it went on"
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    @property
    def text(self) -> str:
        """All that was written."""
        return self.drawn.decode("utf-8", "replace")

    @property
    def given_back(self) -> bool:
        """Whether the terminal is as it was: its modes, its screen, its cursor, its mouse."""
        ends = ("\x1b[?1049l", "\x1b[?25h", "\x1b[?1000l", "\x1b[?2004l")
        last = {end: self.text.rfind(end) for end in ends}
        begun = {end: self.text.rfind(end[:-1] + ("l" if end.endswith("h") else "h")) for end in ends}
        return termios.tcgetattr(self._slave) == self.before and all(last[end] > begun[end] for end in ends)

    def close(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self._slave)

    def _read(self, seconds: float) -> bool:
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        self.drawn += os.read(self.master, 65536)
        return True


def test_nothing_of_a_project_acts_on_a_real_terminal_through_any_size(make_project: MakeProject) -> None:
    path = make_project(hostile_project(), f"h {NAME}.db")
    terminal = Terminal("-m", "synterm", path)
    try:
        terminal.wait_for("Results")
        sizes = [(24, 80), (100, 300), (24, 20), (5, 40), (3, 10), (1, 1), (50, 160), (24, 80)]
        for rows, columns in [*sizes, *((20 + step, 200 - step * 3) for step in range(40))]:
            terminal.resize(rows, columns)
            terminal._read(0.02)
        terminal.resize(40, 120)
        os.write(terminal.master, b"\x10")  # ctrl+p
        terminal.wait_for("Search for commands")
        assert terminal.process.poll() is None
        os.write(terminal.master, b"\x1b")
        time.sleep(0.3)
        os.write(terminal.master, b"\x11")  # ctrl+q
        assert terminal.end() == 0
        rest = OWN.sub("", terminal.text)
        assert not acting(rest), re.findall("[\x1b\x9b].{0,16}", rest)[:9]
        assert "Traceback" not in terminal.text
    finally:
        terminal.close()


def test_a_crash_gives_the_terminal_back_and_no_values(make_project: MakeProject, own_logs: Path) -> None:
    terminal = Terminal("-c", BREAKS, make_project())
    try:
        assert terminal.end() == 2
        assert terminal.given_back
        assert "synterm: internal error: ZeroDivisionError" in terminal.text.split("\x1b[?1049l")[-1]
        assert "Traceback" not in terminal.text
        log = (own_logs / "crash.log").read_text()
        assert "ZeroDivisionError" in log and "Traceback" in log
        assert CANARY not in terminal.text + log
        assert (own_logs / "crash.log").stat().st_mode & 0o777 == 0o600
    finally:
        terminal.close()


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"TERM": "dumb"}, "TERM says that this one is dumb"),
        ({"PYTHONIOENCODING": "latin-1"}, "this terminal takes iso8859-1 by its settings"),
    ],
    ids=["dumb", "latin-1"],
)
def test_where_it_can_not_be_drawn_it_says_so(make_project: MakeProject, env: dict[str, str], said: str) -> None:
    terminal = Terminal("-m", "synterm", make_project(), **env)
    try:
        assert terminal.end() == 2
        assert said in terminal.text and "hint: " in terminal.text
        assert "\x1b" not in terminal.text
    finally:
        terminal.close()


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"TERM": "dumb"}], ids=str)
def test_commands_write_in_any_terminal(make_project: MakeProject, env: dict[str, str]) -> None:
    terminal = Terminal("-m", "synterm", "ls", make_project(), **env)
    try:
        assert terminal.end() == 0
        assert "Routing" in terminal.text and "\x1b" not in terminal.text
    finally:
        terminal.close()
