"""The workbench in a real terminal: however it is asked to leave, it does so in order, and nothing typed is lost."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.conftest import MakeProject

_WITHIN_S = 90


class Terminal:
    """A command in a pseudo-terminal."""

    def __init__(self, *command: str) -> None:
        self.master, slave = pty.openpty()
        env = {**os.environ, "TERM": "xterm-256color", "LINES": "40", "COLUMNS": "120"}
        # Its controlling terminal: closing that is told of by SIGHUP.
        take = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"
        start = f"{take}; os.execv(sys.executable, sys.argv[1:])"
        self.process = subprocess.Popen(
            [sys.executable, "-c", start, sys.executable, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=env,
            start_new_session=True,
        )
        os.close(slave)
        self.drawn = b""

    def wait_for(self, text: str) -> None:
        """Until a text is drawn."""
        until = time.monotonic() + _WITHIN_S
        while text.encode() not in self.drawn:
            assert time.monotonic() < until, self.drawn[-2000:]
            self.read(0.5)

    def read(self, seconds: float) -> bool:
        """What is drawn next; whether something was."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            content = os.read(self.master, 65536)
        except OSError:  # nobody writes any more
            return False
        self.drawn += content
        return bool(content)

    def end(self) -> int:
        """Its exit code, while what it still draws is read."""
        until = time.monotonic() + _WITHIN_S
        while self.process.poll() is None and time.monotonic() < until:
            if self.master >= 0:
                self.read(0.05)
            else:
                time.sleep(0.05)
        assert self.process.poll() is not None, "it went on"
        return self.process.returncode

    def close(self) -> None:
        """The terminal is gone."""
        os.close(self.master)
        self.master = -1


def hang_up(terminal: Terminal) -> None:
    terminal.close()


def send(number: int) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.process.send_signal(number)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        pytest.param(send(signal.SIGINT), 130, id="SIGINT"),
        pytest.param(send(signal.SIGTERM), 143, id="SIGTERM"),
        pytest.param(send(signal.SIGHUP), 129, id="SIGHUP"),
        pytest.param(hang_up, 129, id="terminal closed"),
    ],
)
def test_what_was_typed_last_is_kept(make_project: MakeProject, ask: Callable[[Terminal], None], code: int):
    path = make_project()
    terminal = Terminal("-m", "synterm", str(path))
    try:
        terminal.wait_for("4/4 fresh")
        os.write(terminal.master, b"zebra")
        terminal.wait_for("zebra")
        ask(terminal)
        assert terminal.end() == code
    finally:
        terminal.process.kill()
        terminal.process.wait()
        if terminal.master >= 0:
            os.close(terminal.master)
    assert _draft(path).startswith("zebra")
    assert list(path.parent.glob("small.db-*")) == []
    if ask is not hang_up:
        assert b"\x1b[?1049l" in terminal.drawn, "the screen is given back"
        assert b"Traceback" not in terminal.drawn


def _draft(path: Path) -> str:
    with Project.open(path) as project:
        return project.prompts.all()[0].draft.messages[0].content
