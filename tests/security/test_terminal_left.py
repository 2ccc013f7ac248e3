"""The workbench in a real terminal: what it writes, what it leaves when it breaks, and where it can't be drawn."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from tests.conftest import MakeProject
from tests.security.payloads import NAME, acting, hostile_project
from tests.security.terminal import OWN, Terminal

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


def test_nothing_of_a_project_acts_on_a_real_terminal_through_any_size(make_project: MakeProject) -> None:
    path = make_project(hostile_project(), f"h {NAME}.db")
    terminal = Terminal("-m", "synterm", path)
    try:
        terminal.wait_for("Results")
        sizes = [(24, 80), (100, 300), (24, 20), (5, 40), (3, 10), (1, 1), (50, 160), (24, 80)]
        for rows, columns in [*sizes, *((20 + step, 200 - step * 3) for step in range(40))]:
            terminal.resize(rows, columns)
            terminal.read(0.02)
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
