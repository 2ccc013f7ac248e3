"""A run by a Dask cluster of this machine's own: what it gives, when a worker is killed, and when it is stopped."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from synterm.storage.connect import connect
from synterm.storage.project import Project
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.executors.test_crew import many, parity
from tests.support.http_stub import Messages, Reply, Stub

PATIENCE_S = 120


def test_a_worker_that_is_killed_changes_nothing_of_what_comes_out(
    make_project: MakeProject, stub: Stub, synterm: Synterm
) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 80))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    assert synterm("run", path, "--json", path.with_suffix(".json")).code == 0
    assert len(stub.calls) == 80

    killed = threading.Event()
    stub.reply(lambda messages: held(messages, killed))
    run = started(copy, "--executor", "dask", "--workers", "2", "--json", str(copy.with_suffix(".json")))
    until(run, lambda: len(stub.calls) >= 100)
    workers = [process for process in below(run) if "spawn_main" in " ".join(process.cmdline())]
    assert len(workers) == 2
    at_work = [process for process in workers if asks(process, stub)]
    at_work[0].kill()
    killed.set()
    said = finished(run)

    lost = re.search(
        r"! the worker at tls://.* ended: its process ended.*; (\d+) calls? that it had are made again", said
    )
    assert lost, said
    here, there = report(path), report(copy)
    # They were sent, and what they cost, if they were answered, nobody knows.
    assert there["totals"].pop("cost_unknown") - here["totals"].pop("cost_unknown") == int(lost[1])
    assert there["totals"].pop("requests") - here["totals"].pop("requests") == int(lost[1])
    assert there == here
    assert made(copy) == made(path)
    assert len(set(made(copy))) == 80
    assert not [process for process in workers if alive(process)]


def test_a_run_that_is_stopped_or_killed_leaves_no_process_and_goes_on_where_it_was(
    make_project: MakeProject, stub: Stub
) -> None:
    never = threading.Event()
    stub.reply(lambda messages: Reply("even", hold=never if number(messages) >= 20 else None))
    path = make_project(many(stub, 30))
    command = ("--executor", "dask", "--workers", "1")
    run = started(path, *command)
    until(run, lambda: answers(path) >= 20)
    processes = below(run)
    assert len(processes) >= 2
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 130
    assert "20 of 30 evaluations recorded; the same command again sends only the rest" in said
    assert "Traceback" not in said
    gone(processes)

    # The same command again, which is killed in its turn.
    before = len(stub.calls)
    run = started(path, *command)
    until(run, lambda: len(stub.calls) >= before + 10)
    processes = below(run)
    run.kill()
    run.communicate(timeout=PATIENCE_S)
    gone(processes)
    never.set()
    assert sorted(number(call.messages) for call in stub.calls[before:]) == list(range(20, 30))


def number(messages: Messages) -> int:
    """Of a case of `many`."""
    return int(messages[-1]["content"].rpartition(" ")[2])


def held(messages: Messages, killed: threading.Event) -> Reply:
    """As `parity`, but from the 20th case on only once a worker was killed."""
    answer = parity(messages)
    assert isinstance(answer, Reply)
    return Reply(answer.text, hold=killed) if number(messages) >= 15 else answer


def started(path: Path, *options: str) -> subprocess.Popen[str]:
    """A run as users start it."""
    command = [sys.executable, "-m", "synterm", "run", str(path), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finished(run: subprocess.Popen[str]) -> str:
    """What it said on stderr, once it ended well."""
    _, said = run.communicate(timeout=PATIENCE_S)
    assert run.returncode == 0, said
    assert "Traceback" not in said
    return said


def until(run: subprocess.Popen[str], holds: Callable[[], bool]) -> None:
    """Wait while the run goes on."""
    end = time.monotonic() + PATIENCE_S
    while not holds():
        if run.poll() is not None or time.monotonic() > end:
            run.kill()
            raise AssertionError(run.communicate()[1])
        time.sleep(0.05)


def below(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """All processes that it started, and those that they started."""
    return psutil.Process(run.pid).children(recursive=True)


def asks(process: psutil.Process, stub: Stub) -> bool:
    """Whether it has calls of the stub under way: all that came are held."""
    return any(one.raddr and one.raddr.port == stub.port for one in process.net_connections())


def alive(process: psutil.Process) -> bool:
    """Whether it still runs."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def gone(processes: list[psutil.Process]) -> None:
    """Each of them ends, sooner or later."""
    end = time.monotonic() + PATIENCE_S
    while left := [process for process in processes if alive(process)]:
        assert time.monotonic() < end, [process.cmdline() for process in left]
        time.sleep(0.05)


def answers(path: Path) -> int:
    """How many are on disk by now."""
    db = connect(path, read_only=True)
    try:
        return db.execute("SELECT count(*) FROM responses").fetchone()[0]
    finally:
        db.conn.close()


def made(path: Path) -> list[str]:
    """The cases that the last run recorded evaluations of, one for each."""
    with Project.open(path) as project:
        return sorted(one.case_id for one in project.runs.recorded(project.runs.all()[-1].id))


def report(path: Path) -> Any:
    """The report beside a project, without what two runs of the same differ in."""
    return without(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")))


def without(value: Any) -> Any:
    """Without times and the run's own id."""
    if isinstance(value, dict):
        return {key: without(held) for key, held in value.items() if key not in ("run_id", "wall_s", "latency_ms")}
    return [without(one) for one in value] if isinstance(value, list) else value
