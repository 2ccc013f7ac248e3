"""Signals: what came in is recorded, and the same command again sends only the rest."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from synterm.cli.signals import Stopped, run_until_stopped, stoppable
from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import SMALL, MakeProject

SLOW = SMALL.replace("answer: out_of_scope}", "answer: out_of_scope, delay_ms: 600000}")
"""One case of the four never gets its answer; the others get theirs at once."""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_stopped_run_keeps_what_came_in(make_project: MakeProject, number: int, code: int):
    path = make_project(SLOW)
    process = _started(path)
    _wait_for_answers(path, 3)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == code
    with Project.open(path) as project:
        (run,) = project.runs.all()
    recorded = run.totals["evaluations"]
    assert (run.status, run.totals["not_made"]) == ("interrupted", 4 - recorded)
    assert f"{recorded} of 4 evaluations recorded; the same command again sends only the rest" in said
    assert "Traceback" not in said
    assert list(path.parent.glob("small.db-*")) == []


def test_the_same_command_again_sends_only_the_rest(synterm: Synterm, make_project: MakeProject):
    path = make_project(SLOW)
    process = _started(path)
    _wait_for_answers(path, 3)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    again = synterm("run", path, "--max-seconds", "0.2", "--json", "-")
    assert (again.json["totals"]["cached"], again.json["totals"]["not_made"]) == (3, 1)


def test_a_signal_that_is_ignored_stays_ignored():
    program = (
        "import signal, sys\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from synterm.cli.signals import stoppable\n"
        "with stoppable():\n    signal.raise_signal(signal.SIGHUP)\nsys.stdout.write('went on')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (0, "went on")


def test_outside_the_loop_a_signal_raises_and_the_former_handler_comes_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(Stopped) as stopped, stoppable():
        signal.raise_signal(signal.SIGTERM)
    assert stopped.value.exit_code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_in_the_loop_a_signal_cancels_so_that_cleaning_up_goes_on():
    steps: list[str] = []

    async def work() -> None:
        import asyncio

        try:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("cleaned up")

    with pytest.raises(Stopped):
        run_until_stopped(work())
    assert steps == ["cleaned up"]


def test_a_second_signal_ends_at_once():
    async def stubborn() -> None:
        import asyncio

        signal.raise_signal(signal.SIGINT)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            signal.raise_signal(signal.SIGTERM)

    with pytest.raises(Stopped) as stopped:
        run_until_stopped(stubborn())
    assert stopped.value.exit_code == 143


def test_off_the_main_thread_nothing_is_installed():
    found: list[object] = []

    def work() -> None:
        with stoppable():
            found.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [signal.getsignal(signal.SIGTERM)]


def _started(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "synterm", "run", str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _wait_for_answers(path: Path, count: int) -> None:
    """Until so many answers are on disk."""
    deadline = time.monotonic() + 30
    db = connect(path, read_only=True)
    try:
        while db.execute("SELECT count(*) FROM responses").fetchone() != (count,):
            assert time.monotonic() < deadline, "no answers in 30 s"
            time.sleep(0.02)
    finally:
        db.conn.close()
