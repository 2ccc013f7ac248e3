"""However a command in a terminal is ended: the terminal is as it was, and what was received is kept."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from synterm.storage.project import Project
from tests.conftest import SMALL, MakeProject
from tests.security.terminal import Terminal
from tests.support.recording import record_run

SLOW = SMALL.replace("answer: out_of_scope}", "answer: out_of_scope, delay_ms: 600000}")
"""One case of the four never gets its answer."""
ENDINGS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


def answers(path: Path) -> int:
    with Project.open(path) as project:
        return project.responses.count()


@pytest.mark.parametrize(("number", "code"), [*ENDINGS[1:], (signal.SIGKILL, -9)])
def test_what_the_workbench_shows_as_done_is_on_disk(make_project: MakeProject, number: int, code: int) -> None:
    path = make_project(SLOW)
    terminal = Terminal("-m", "synterm", path)
    try:
        terminal.wait_for("3/4")
        terminal.process.send_signal(number)
        assert terminal.end() == code
        assert terminal.given_back is (number != signal.SIGKILL)
        assert answers(path) >= 3
    finally:
        terminal.close()


@pytest.mark.parametrize(("number", "code"), ENDINGS)
def test_single_keys_are_given_up(make_project: MakeProject, number: int, code: int) -> None:
    path = record_run(make_project())
    terminal = Terminal("-m", "synterm", "review", path)
    try:
        terminal.wait_for("1 of 4")
        terminal.wait_for("quit")
        os.write(terminal.master, b"y")
        terminal.wait_for("2 of 4")
        terminal.process.send_signal(number)
        assert terminal.end() == code
        assert terminal.as_set
        assert "Traceback" not in terminal.text
        with Project.open(path) as project:
            assert len(list(project.reviews.page())) == 1, "what was judged is kept"
    finally:
        terminal.close()
